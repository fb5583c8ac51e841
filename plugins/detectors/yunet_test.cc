// Files that are no model, always; a real face, where the real data is at hand (FACET_DATA).
#include <cmath>
#include <fstream>
#include <memory>
#include <opencv2/core/version.hpp>
#include <string>

#include "absl/strings/match.h"
#include "core/api/detector.h"
#include "core/image/image_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/detectors/odd_images_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string ProblemOf(const std::string& content) {
  const std::string path = testing::TempDir() + "/face_detection_yunet.onnx";
  std::ofstream(path, std::ios::binary) << content;
  const absl::Status status =
      MakeComponent<Detector>(absl::StrCat(R"({"model": ")", path, "\"}")).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  return std::string(status.message());
}

TEST(YuNet, AModelIsRequired) {
  EXPECT_THAT(std::string(MakeComponent<Detector>("{}").status().message()), HasSubstr("model"));
  const absl::Status missing = MakeComponent<Detector>(R"({"model": "/nowhere.onnx"})").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
}

TEST(YuNet, AGitLfsPointerIsRecognised) {
  const std::string problem = ProblemOf(
      "version https://git-lfs.github.com/spec/v1\n"
      "oid sha256:0000000000000000000000000000000000000000000000000000000000000000\n"
      "size 345478\n");
  EXPECT_THAT(problem, HasSubstr("is a Git-LFS pointer"));
  EXPECT_THAT(problem, HasSubstr("git lfs pull"));
}

TEST(YuNet, WhatOpenCvCannotRunIsNamedWithTheReleaseAndTheVersionToGet) {
  const std::string problem = ProblemOf(std::string(300'000, 'x'));
  EXPECT_THAT(problem, HasSubstr(absl::StrCat("does not run under OpenCV ", CV_VERSION)));
  EXPECT_THAT(problem, HasSubstr("OpenCV before 4.8 runs face_detection_yunet_2022mar.onnx"));
  EXPECT_THAT(problem, HasSubstr("later releases face_detection_yunet_2023mar.onnx"));
  EXPECT_THAT(ProblemOf("short"), HasSubstr("has only 5 bytes"));
}

// The model itself, where it is at hand and this OpenCV runs it.
class YuNetModel : public testing::Test {
 protected:
  void SetUp() override { Make(""); }
  // options: members of the JSON object, each with a comma behind it.
  void Make(const std::string& options) {
    const std::string model = DataFile("models/face_detection_yunet_2022mar.onnx");
    if (model.empty()) GTEST_SKIP() << "FACET_DATA is not set";
    auto made = MakeComponent<Detector>(absl::StrCat("{", options, R"("model": ")", model, "\"}"));
    if (!made.ok() && absl::StrContains(made.status().message(), "does not run under OpenCV")) {
      GTEST_SKIP() << made.status().message();
    }
    ASSERT_TRUE(made.ok()) << made.status();
    yunet_ = *std::move(made);
  }

  std::unique_ptr<Detector> yunet_;
};

TEST_F(YuNetModel, SmallAndLongImagesGiveFacesOrNone) { ExpectFacesOrNoneInOddImages(*yunet_); }

TEST_F(YuNetModel, FivePointsSayWhichFacesAreProfiles) { ExpectPosesOfRealFaces(*yunet_); }

TEST_F(YuNetModel, BoxesOfLongImagesAreWhereTheirFacesAre) {
  Make(R"("max_side_px": 1000, )");
  ASSERT_NE(yunet_, nullptr);
  ExpectFacesOfLongImagesInPlace(*yunet_, LfwPortrait(), 2);
}

// The face of an LFW image, at its size and enlarged four times: same face, landmarks in the
// image's left-to-right order.
TEST_F(YuNetModel, FindsARealFaceAtAnySize) {
  const Image image = ReadImage(DataFile("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg")).value();
  const auto faces = yunet_->Detect(image, {}).value();
  ASSERT_EQ(faces.size(), 1u);
  const std::vector<Point>& points = faces[0].landmarks.points;
  EXPECT_LT(points[0].x, points[1].x);
  EXPECT_LT(points[3].x, points[4].x);
  EXPECT_LT(points[0].y, points[2].y);
  EXPECT_LT(points[2].y, points[3].y);
  EXPECT_NEAR(faces[0].box.Centre().x, 124.5, 20);  // LFW centres its faces

  const Image large =
      RenderCrop(image, {1 / 250.0, 0, 0.5 / 250, 0, 1 / 250.0, 0.5 / 250}, 1, 1000);
  const auto again = yunet_->Detect(large, {}).value();
  ASSERT_EQ(again.size(), 1u);
  for (int i = 0; i < 5; ++i) {
    // The network sees 640 px instead of 250: a few percent of the face.
    EXPECT_NEAR((again[0].landmarks.points[i].x + 0.5) / 4 - 0.5, points[i].x, 4);
    EXPECT_NEAR((again[0].landmarks.points[i].y + 0.5) / 4 - 0.5, points[i].y, 4);
  }
}

}  // namespace
}  // namespace facet
