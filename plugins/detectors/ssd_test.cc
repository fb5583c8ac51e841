// Files that are no model, always; a real face, where the real data is at hand (FACET_DATA).
#include <fstream>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "core/image/image_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/detectors/odd_images_testing.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string Options(const std::string& model, const std::string& config,
                    const std::string& more = "") {
  return absl::StrCat(R"({"model": ")", model, R"(", "config": ")", config, "\"", more, "}");
}

TEST(Ssd, FilesThatAreMissingOrNoModelAreNamed) {
  EXPECT_THAT(std::string(MakeComponent<Detector>("{}").status().message()), HasSubstr("model"));
  const std::string good = testing::TempDir() + "/ssd.pbtxt";
  std::ofstream(good) << "nothing of the kind";
  const absl::Status missing = MakeComponent<Detector>(Options("/nowhere.pb", good)).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("/nowhere.pb cannot be read"));
  const std::string model = testing::TempDir() + "/ssd.pb";
  std::ofstream(model) << "not a network";
  const absl::Status refused = MakeComponent<Detector>(Options(model, good)).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(model));
  EXPECT_THAT(std::string(MakeComponent<Detector>(Options(model, good, R"(, "mean_bgr": [1, 2])"))
                              .status()
                              .message()),
              HasSubstr("mean_bgr has 2 values"));
}

class RealSsd : public testing::Test {
 protected:
  void SetUp() override {
    model_ = DataFile("models/opencv_face_detector_uint8.pb");
    config_ = DataFile("models/opencv_face_detector.pbtxt");
    if (model_.empty()) GTEST_SKIP() << "FACET_DATA is not set";
  }
  std::string model_, config_;
};

TEST_F(RealSsd, FindsARealFaceInACanonicalBox) {
  const Image image = ReadImage(DataFile("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg")).value();
  // LFW centres its faces: Viola-Jones boxes of 113.6 px in the middle of 250. With another margin
  // the network sees another image: its boxes differ by some percent.
  for (const char* border : {R"(, "border": 0)", R"(, "border": 0.15)", R"(, "border": 0.5)"}) {
    const auto ssd = MakeComponent<Detector>(Options(model_, config_, border)).value();
    const std::vector<Face> faces = ssd->Detect(image, {}).value();
    ASSERT_EQ(faces.size(), 1u);
    EXPECT_GT(faces[0].score, 0.9);
    const Box box = ApplyConvention(ssd->convention(), faces[0].box);
    EXPECT_GT(IntersectionOverUnion(box, {67.7, 67.7, 113.6, 113.6}), 0.6) << border;
  }
}

TEST_F(RealSsd, BoxesAreInPixelsOfTheImage) {
  const Image image = ReadImage(DataFile("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg")).value();
  const Image large =
      RenderCrop(image, {1 / 250.0, 0, 0.5 / 250, 0, 1 / 250.0, 0.5 / 250}, 1, 1000);
  const auto ssd = MakeComponent<Detector>(Options(model_, config_)).value();
  const std::vector<Face> faces = ssd->Detect(image, {}).value();
  const std::vector<Face> others = ssd->Detect(large, {}).value();
  ASSERT_EQ(others.size(), 1u);
  // The same face of the same 300 px, up to how they were resampled.
  EXPECT_NEAR((others[0].box.x + 0.5) / 4 - 0.5, faces[0].box.x, 3);
  EXPECT_NEAR((others[0].box.y + 0.5) / 4 - 0.5, faces[0].box.y, 3);
  EXPECT_NEAR(others[0].box.height / 4, faces[0].box.height, 5);
}

// The network sees all images as squares, so that faces of very long ones are not found. The margin
// is whole pixels of what it sees, 35 of 300 by default and not 0.15 / 1.3 of them.
TEST_F(RealSsd, BoxesOfLongImagesAreWhereTheirFacesAre) {
  const Image portrait = LfwPortrait();
  const auto with_face = [&](int height, int y) {
    Image image(140, height);
    std::fill(image.bgr.begin(), image.bgr.end(), uint8_t{127});
    std::copy(portrait.bgr.begin(), portrait.bgr.end(), image.Pixel(0, y));
    return image;
  };
  const auto ssd = MakeComponent<Detector>(Options(model_, config_)).value();
  const std::vector<Face> near = ssd->Detect(with_face(140, 0), {}).value();
  ASSERT_FALSE(near.empty());
  for (const int y : {0, 70, 140}) {
    const std::vector<Face> far = ssd->Detect(with_face(280, y), {}).value();
    ASSERT_FALSE(far.empty()) << y;
    EXPECT_NEAR(far[0].box.Centre().x, near[0].box.Centre().x, 4) << y;
    EXPECT_NEAR(far[0].box.Centre().y, near[0].box.Centre().y + y, 8) << y;  // 2 px of its input
  }
}

TEST_F(RealSsd, SmallAndLongImagesGiveFacesOrNone) {
  ExpectFacesOrNoneInOddImages(*MakeComponent<Detector>(Options(model_, config_)).value());
}

TEST_F(RealSsd, AnotherNetworkIsRefused) {
  const absl::Status status = MakeComponent<Detector>(Options(DataFile("models/det1.caffemodel"),
                                                              DataFile("models/det1.prototxt")))
                                  .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is no SSD detector"));
}

}  // namespace
}  // namespace facet
