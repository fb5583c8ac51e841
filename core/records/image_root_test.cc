#include "core/records/image_root.h"

#include <gtest/gtest.h>

#include "core/base/file.h"

namespace facet {
namespace {

TEST(ImageRootTest, SaysWhichOptionTheImagesLieBelow) {
  const std::string folder = testing::TempDir();
  const Json options = {{"snapshot", "full"}, {"root", "/data/faces/"}};
  ASSERT_TRUE(WriteImageRoot("/data/faces/images", "folder", options, folder).ok());
  EXPECT_EQ(*ReadJsonFile(folder + "/root.json"), Json({{"option", "root"}, {"below", "images/"}}));
  ASSERT_TRUE(WriteImageRoot("/data/faces", "folder", options, folder).ok());
  EXPECT_EQ(*ReadJsonFile(folder + "/root.json"), Json({{"option", "root"}, {"below", "."}}));
  EXPECT_FALSE(WriteImageRoot("/elsewhere", "folder", options, folder).ok());
  EXPECT_FALSE(WriteImageRoot("/data/faces2", "folder", options, folder).ok());
  EXPECT_TRUE(WriteImageRoot("", "folder", options, folder).ok());
}

}  // namespace
}  // namespace facet
