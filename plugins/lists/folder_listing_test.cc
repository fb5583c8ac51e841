#include "plugins/lists/folder_listing.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/lists/lists_testing.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

TEST(ListFolder, ByteOrderWithoutHidden) {
  const std::string folder = testing::TempDir() + "/listing";
  std::filesystem::create_directories(folder + "/b");
  std::filesystem::create_directories(folder + "/B");
  std::filesystem::create_directories(folder + "/.git");
  WriteTestFile("listing/z.jpg", "");
  WriteTestFile("listing/A.jpg", "");
  WriteTestFile("listing/.hidden.jpg", "");
  for (const char* left : {"@eaDir", "__MACOSX", "lost+found", "$RECYCLE.BIN", "#recycle"}) {
    std::filesystem::create_directories(absl::StrCat(folder, "/", left));
  }
  for (const char* left : {"Thumbs.db", "thumbs.db", "desktop.ini", ".DS_Store", "._A.jpg"}) {
    WriteTestFile(absl::StrCat("listing/", left), "");
  }
  const auto listing = ListFolder(folder);
  ASSERT_TRUE(listing.ok());
  EXPECT_THAT(listing->files, ElementsAre("A.jpg", "z.jpg"));
  EXPECT_THAT(listing->folders, ElementsAre("B", "b"));
  std::filesystem::remove(folder + "/b/up");
  std::filesystem::remove(folder + "/b/self");
  std::filesystem::remove(folder + "/b/beside");
  std::filesystem::create_directory_symlink("..", folder + "/b/up");
  std::filesystem::create_directory_symlink(".", folder + "/b/self");
  std::filesystem::create_directory_symlink("../B", folder + "/b/beside");
  EXPECT_THAT(ListFolder(folder + "/b")->folders, ElementsAre("beside"));
  EXPECT_EQ(ListFolder(folder + "/absent").status().code(), absl::StatusCode::kNotFound);
}

TEST(ListFolder, LinksThatLeadNowhereStandApart) {
  namespace fs = std::filesystem;
  const std::string folder = testing::TempDir() + "/links";
  fs::remove_all(folder);
  fs::create_directories(folder + "/person");
  WriteTestFile("links/1.jpg", "");
  fs::create_symlink("1.jpg", folder + "/2.jpg");
  fs::create_directory_symlink("person", folder + "/other");
  fs::create_symlink("/no/such/disk/person", folder + "/z");
  fs::create_symlink("/no/such/disk/1.jpg", folder + "/3.jpg");
  fs::create_symlink("circle", folder + "/circle");
  fs::create_symlink("1.jpg/1.jpg", folder + "/below a file");
  fs::create_symlink("/no/such/disk", folder + "/.hidden");
  const auto listing = ListFolder(folder);
  ASSERT_TRUE(listing.ok());
  EXPECT_THAT(listing->files, ElementsAre("1.jpg", "2.jpg"));
  EXPECT_THAT(listing->folders, ElementsAre("other", "person"));
  EXPECT_THAT(listing->dead_links, ElementsAre("3.jpg", "below a file", "circle", "z"));
  Missing links;
  links.Add("z");
  EXPECT_EQ(DeadLinksNotice(links), "1 link leads nowhere (z): is a disk not mounted?");
  links.Add("3.jpg");
  EXPECT_EQ(DeadLinksNotice(links), "2 links lead nowhere (z, 3.jpg): is a disk not mounted?");
}

}  // namespace
}  // namespace facet
