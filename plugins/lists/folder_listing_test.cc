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

}  // namespace
}  // namespace facet
