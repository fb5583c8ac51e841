#include "plugins/lists/folder_listing.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

void Write(const std::string& name, const std::string& content) {
  std::ofstream(testing::TempDir() + "/" + name, std::ios::binary) << content;
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

}  // namespace
}  // namespace facet
