#include "plugins/lists/image_names.h"

#include <fstream>

#include "gtest/gtest.h"

namespace facet {
namespace {

std::string Write(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(Images, ByExtensionAndByContent) {
  EXPECT_TRUE(HasImageExtension("a.b.JPG"));
  EXPECT_TRUE(HasImageExtension("a.webp"));
  EXPECT_FALSE(HasImageExtension("jpg"));
  EXPECT_FALSE(HasImageExtension("a.jpg.txt"));
  EXPECT_TRUE(HasImageContent(Write("a", "\xff\xd8\xff\xe0")));
  EXPECT_TRUE(HasImageContent(Write("b", "P5\n92 112\n")));
  EXPECT_TRUE(HasImageContent(Write("c", std::string("RIFF\1\0\0\0WEBPVP8 ", 16))));
  EXPECT_FALSE(HasImageContent(Write("d", "Photo by somebody")));
  EXPECT_FALSE(HasImageContent(Write("e", "")));
  EXPECT_FALSE(HasImageContent(testing::TempDir() + "/absent"));
  EXPECT_EQ(ImageExtensionOf("\xff\xd8\xff\xe1"), "jpg");
  EXPECT_EQ(ImageExtensionOf("\x89PNG\r\n\x1a\n...."), "png");
  EXPECT_EQ(ImageExtensionOf(std::string_view("MM\0*", 4)), "tiff");
  EXPECT_EQ(ImageExtensionOf("RIFF"), "");
  EXPECT_EQ(ImageExtensionOf("GIF89a"), "");
}

}  // namespace
}  // namespace facet
