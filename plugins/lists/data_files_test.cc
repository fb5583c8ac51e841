#include "plugins/lists/data_files.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

std::string Write(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(ReadFields, TabsBlanksCrLfMarkAndMissingLastEnd) {
  const std::string path = Write("fields.txt",
                                 "\xef\xbb\xbf"
                                 "10\t300\r\n\r\n A \t 1  4\r\nB 2 3");
  const auto lines = ReadFields(path);
  ASSERT_TRUE(lines.ok()) << lines.status();
  ASSERT_EQ(lines->size(), 3u);
  EXPECT_THAT((*lines)[0].fields, ElementsAre("10", "300"));
  EXPECT_EQ((*lines)[1].number, 3);
  EXPECT_THAT((*lines)[1].fields, ElementsAre("A", "1", "4"));
  EXPECT_THAT((*lines)[2].fields, ElementsAre("B", "2", "3"));
  EXPECT_EQ(ReadFields(path + ".absent").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadFields(testing::TempDir()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ReadNames, KeepsInnerBlanksAndDropsComments) {
  const auto names = ReadNames(Write("names.txt", "# those\nAnna Maria/1.jpg\r\n\n  b\n"));
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names, ElementsAre("Anna Maria/1.jpg", "b"));
}

TEST(IsUtf8, AcceptsTextAndRefusesEverythingElse) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("Gül_Ünal/\xe4\xb8\x8a/\xf0\x9f\x99\x82.jpg"));
  EXPECT_FALSE(IsUtf8("G\xfcl"));            // Latin-1
  EXPECT_FALSE(IsUtf8("\xc0\xaf"));          // "/" in two bytes
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(IsUtf8("a\xe4\xb8"));         // cut off
  EXPECT_FALSE(IsUtf8("\x80"));              // no first byte
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

TEST(ListFolder, ByteOrderWithoutHidden) {
  const std::string folder = testing::TempDir() + "/listing";
  std::filesystem::create_directories(folder + "/b");
  std::filesystem::create_directories(folder + "/B");
  std::filesystem::create_directories(folder + "/.git");
  Write("listing/z.jpg", "");
  Write("listing/A.jpg", "");
  Write("listing/.hidden.jpg", "");
  const auto listing = ListFolder(folder);
  ASSERT_TRUE(listing.ok());
  EXPECT_THAT(listing->files, ElementsAre("A.jpg", "z.jpg"));
  EXPECT_THAT(listing->folders, ElementsAre("B", "b"));
  EXPECT_EQ(ListFolder(folder + "/absent").status().code(), absl::StatusCode::kNotFound);
}

TEST(Words, ThousandsAndMissing) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(13233), "13,233");
  EXPECT_EQ(Thousands(2622000), "2,622,000");
  EXPECT_EQ(Thousands(-123456), "-123,456");
  Missing missing;
  for (const char* name : {"a", "b", "c"}) missing.Add(name);
  EXPECT_EQ(missing.Names(), "a, b, c");
  missing.Add("d");
  EXPECT_EQ(missing.Names(), "a, b, c, ...");
  EXPECT_EQ(missing.count(), 4);
}

}  // namespace
}  // namespace facet
