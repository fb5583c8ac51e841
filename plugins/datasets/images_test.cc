#include "gmock/gmock.h"
#include "plugins/datasets/dataset_testing.h"

namespace facet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Images, AreFoundAtAnyDepthByNameOrByFirstBytes) {
  const std::string root = TestFolder();
  const std::string jpeg("\xff\xd8\xff\xe0\0\0JFIF\0\0", 12);
  for (const char* path :
       {"z.jpg", "a b/2.PNG", "a b/c/1.webp", "a b/c/.hidden.jpg", "notes.txt"}) {
    WriteText(root + "/" + path, "x");  // also what is no image inside: a name is enough
  }
  WriteText(root + "/IMG_0001", jpeg);
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  std::vector<std::string> keys;
  for (const Sample& sample : contents->samples) {
    keys.push_back(sample.key);
    EXPECT_EQ(sample.path, sample.key);
    EXPECT_EQ(sample.identity, "");
  }
  EXPECT_THAT(keys, ElementsAre("IMG_0001", "z.jpg", "a b/2.PNG", "a b/c/1.webp"));
  EXPECT_EQ(contents->counts.at("images"), 4);
  EXPECT_THAT(contents->notices, ElementsAre("1 other files: notes.txt."));
  EXPECT_EQ(contents->protocol.kind, Protocol::Kind::kNone);
}

TEST(Images, PicturesThatCannotBeDecodedAndLinksThatLeadNowhereAreSaid) {
  const std::string root = TestFolder();
  const std::string avif(
      "\0\0\0\x20"
      "ftypavif",
      12);
  WriteText(root + "/a.jpg", "x");
  WriteText(root + "/deep/g.gif", "GIF89a");
  WriteText(root + "/deep/notes.txt", "x");
  WriteText(root + "/o6.avif", avif);
  std::filesystem::create_symlink("/no/such/disk/b.jpg", root + "/deep/b.jpg");
  std::filesystem::create_symlink("/no/such/disk", root + "/more");
  const auto contents = LoadDataset({{"root", root}});
  ASSERT_TRUE(contents.ok()) << contents.status();
  const std::string pictures =
      "2 files are left out, of formats that facet cannot decode (1 AVIF, 1 GIF: o6.avif, "
      "deep/g.gif); convert to PNG.";
  const std::string links = "2 links lead nowhere (more, deep/b.jpg): is a disk not mounted?";
  EXPECT_THAT(contents->notices,
              ElementsAre("3 other files: o6.avif, deep/g.gif, deep/notes.txt.", pictures, links));
  std::filesystem::remove(root + "/a.jpg");
  EXPECT_THAT(std::string(LoadDataset({{"root", root}}).status().message()),
              HasSubstr("deep/notes.txt; " + pictures + "; " + links));
}

TEST(Images, AFolderWithoutImagesSaysWhatIsThere) {
  const std::string root = TestFolder();
  WriteText(root + "/deep/readme.md", "x");
  const auto contents = LoadDataset({{"root", root}});
  EXPECT_EQ(contents.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(contents.status().message()),
              AllOf(HasSubstr("no images in " + root), HasSubstr("1 other files: deep/readme.md")));
  EXPECT_FALSE(LoadDataset({{"root", root + "/nowhere"}}).ok());
}

}  // namespace
}  // namespace facet
