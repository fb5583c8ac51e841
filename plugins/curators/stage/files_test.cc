#include "plugins/curators/stage/files.h"

#include <filesystem>
#include <opencv2/imgcodecs.hpp>

#include "core/base/file.h"
#include "core/base/hash.h"
#include "gtest/gtest.h"
#include "plugins/curators/stage/curator_testing.h"

namespace facet {
namespace {

std::string FreshFolder(const std::string& name) {
  const std::string folder = testing::TempDir() + "/curation_files_" + name;
  std::filesystem::remove_all(folder);
  return folder;
}

TEST(WriteImageFile, LeavesNothingBeside) {
  const std::string folder = FreshFolder("write");
  ASSERT_TRUE(WriteImageFile(folder + "/a/b.jpg", "bytes").ok());
  EXPECT_EQ(ReadFile(folder + "/a/b.jpg").value(), "bytes");
  EXPECT_FALSE(std::filesystem::exists(folder + "/a/b.jpg.part"));
  EXPECT_FALSE(WriteImageFile(folder + "/a/b.jpg/c.jpg", "bytes").ok());
}

TEST(GivenOrFound, PrefersWhatIsGiven) {
  CuratorSurroundings surroundings(FreshFolder("found"));
  CurationContext& context = surroundings.context;
  EXPECT_EQ(GivenOrFound("/given", context, "truth.csv"), "/given");
  EXPECT_EQ(GivenOrFound("", context, "truth.csv"), "");
  ASSERT_TRUE(WriteImageFile(context.image_folder + "/truth.csv", "x").ok());
  EXPECT_EQ(GivenOrFound("", context, "truth.csv"), context.image_folder + "/truth.csv");
  context.input_folder.clear();
  EXPECT_EQ(GivenOrFound("", context, "truth.csv"), context.image_folder + "/truth.csv");
  context.image_folder.clear();
  EXPECT_EQ(GivenOrFound("", context, "truth.csv"), "");
}

TEST(MeasureImages, SizesHashesAndDamage) {
  CuratorSurroundings surroundings(FreshFolder("measure"));
  const std::string folder = surroundings.context.image_folder;
  cv::imwrite(folder + "/a.png", cv::Mat(20, 30, CV_8UC3, cv::Scalar(1, 2, 3)));
  ASSERT_TRUE(WriteImageFile(folder + "/b.jpg", "no picture").ok());
  const auto facts = MeasureImages({"a.png", "b.jpg"}, surroundings.context);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->at(0).width_px, 30);
  EXPECT_EQ(facts->at(0).height_px, 20);
  EXPECT_EQ(facts->at(0).num_bytes,
            static_cast<int64_t>(std::filesystem::file_size(folder + "/a.png")));
  EXPECT_EQ(facts->at(0).bytes_sha256, Sha256File(folder + "/a.png").value());
  EXPECT_EQ(facts->at(0).damage, "");
  EXPECT_EQ(facts->at(1).width_px, 0);
  EXPECT_EQ(facts->at(1).num_bytes, 10);
  EXPECT_EQ(facts->at(1).damage, "b.jpg is no image");
  EXPECT_EQ(MeasureImages({"c.jpg"}, surroundings.context).status().code(),
            absl::StatusCode::kNotFound);
  surroundings.stop_after = surroundings.steps + 1;
  EXPECT_EQ(MeasureImages({"a.png"}, surroundings.context).status().code(),
            absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace facet
