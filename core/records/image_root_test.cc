#include "core/records/image_root.h"

#include <gtest/gtest.h>

#include "core/base/file.h"

namespace facet {
namespace {

TEST(ImageRootTest, SaysWhichOptionTheImagesLieBelow) {
  const std::string folder = testing::TempDir();
  const Json options = {{"snapshot", "full"}, {"root", "/data/faces/"}};
  ASSERT_TRUE(WriteImageRoot(*FindImageRoot("/data/faces/images", "folder", options), folder).ok());
  EXPECT_EQ(*ReadJsonFile(folder + "/root.json"), Json({{"option", "root"}, {"below", "images/"}}));
  ASSERT_TRUE(WriteImageRoot(*FindImageRoot("/data/faces", "folder", options), folder).ok());
  EXPECT_EQ(*ReadJsonFile(folder + "/root.json"), Json({{"option", "root"}, {"below", "."}}));
  EXPECT_FALSE(FindImageRoot("/elsewhere", "folder", options).ok());
  EXPECT_FALSE(FindImageRoot("/data/faces2", "folder", options).ok());
}

}  // namespace
}  // namespace facet
