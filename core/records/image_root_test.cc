#include "core/records/image_root.h"

#include <gtest/gtest.h>

#include "core/base/file.h"

namespace facet {
namespace {

TEST(ImageRootTest, SaysWhichOptionTheImagesLieBelow) {
  const std::string folder = testing::TempDir();
  const Json options = {{"snapshot", "full"}, {"root", "/data/faces/"}};
  ASSERT_TRUE(
      WriteImageRoot(*FindImageRoot("/data/faces/images", "folder", options, {"root"}), folder)
          .ok());
  EXPECT_EQ(*ReadJsonFile(folder + "/root.json"), Json({{"option", "root"}, {"below", "images/"}}));
  ASSERT_TRUE(
      WriteImageRoot(*FindImageRoot("/data/faces", "folder", options, {"root"}), folder).ok());
  EXPECT_EQ(*ReadJsonFile(folder + "/root.json"), Json({{"option", "root"}, {"below", "."}}));
  EXPECT_FALSE(FindImageRoot("/elsewhere", "folder", options, {"root"}).ok());
  EXPECT_FALSE(FindImageRoot("/data/faces2", "folder", options, {"root"}).ok());
}

// A text that happens to be a path is no folder that is read; of two folders the nearer counts.
TEST(ImageRootTest, OnlyFoldersThatAreReadCount) {
  const Json options = {{"name", "/"}, {"root", "/data"}, {"images", "/data/images"}};
  EXPECT_EQ(FindImageRoot("/data/images/a", "x", options, {"root", "images"})->option, "images");
  EXPECT_EQ(FindImageRoot("/data/faces", "x", options, {"root", "images"})->option, "root");
  EXPECT_FALSE(FindImageRoot("/elsewhere", "x", options, {"root", "images"}).ok());
}

}  // namespace
}  // namespace facet
