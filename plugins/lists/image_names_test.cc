#include "plugins/lists/image_names.h"

#include <fstream>

#include "gtest/gtest.h"
#include "plugins/lists/lists_testing.h"

namespace facet {
namespace {

TEST(Images, ByExtensionAndByContent) {
  EXPECT_TRUE(HasImageExtension("a.b.JPG"));
  EXPECT_TRUE(HasImageExtension("a.webp"));
  EXPECT_FALSE(HasImageExtension("jpg"));
  EXPECT_FALSE(HasImageExtension("a.jpg.txt"));
  EXPECT_TRUE(HasImageContent(WriteTestFile("a", "\xff\xd8\xff\xe0")));
  EXPECT_TRUE(HasImageContent(WriteTestFile("b", "P5\n92 112\n")));
  EXPECT_TRUE(HasImageContent(WriteTestFile("c", std::string("RIFF\1\0\0\0WEBPVP8 ", 16))));
  EXPECT_FALSE(HasImageContent(WriteTestFile("d", "Photo by somebody")));
  EXPECT_FALSE(HasImageContent(WriteTestFile("e", "")));
  EXPECT_FALSE(HasImageContent(testing::TempDir() + "/absent"));
  EXPECT_EQ(ImageExtensionOf("\xff\xd8\xff\xe1"), "jpg");
  EXPECT_EQ(ImageExtensionOf("\x89PNG\r\n\x1a\n...."), "png");
  EXPECT_EQ(ImageExtensionOf(std::string_view("MM\0*", 4)), "tiff");
  EXPECT_EQ(ImageExtensionOf("RIFF"), "");
  EXPECT_EQ(ImageExtensionOf("GIF89a"), "");
  EXPECT_EQ(NoImageWords("GIF89a"), "of a format that facet cannot decode: GIF");
  EXPECT_EQ(NoImageWords("hello"), "begins as no image that can be decoded");
}

}  // namespace
}  // namespace facet
