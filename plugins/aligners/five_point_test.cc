#include <cmath>
#include <vector>

#include "core/api/aligner.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

// px of the 112 x 112 crop (ArcFace's release).
const std::vector<Point> kTemplate = {{38.2946, 51.6963},
                                      {73.5318, 51.5014},
                                      {56.0252, 71.7366},
                                      {41.5493, 92.3655},
                                      {70.7299, 92.2041}};

Face FaceWith(const std::vector<Point>& points) {
  Face face;
  face.box = {20, 20, 80, 80};
  face.landmarks = {LandmarkScheme::kPoints5, points};
  return face;
}

TEST(FivePoint, ACropThatIsAlignedAlreadyStaysPixelByPixel) {
  const auto aligner = MakeComponent<Aligner>(R"({"extend": 1, "shift_y": 0})").value();
  const Alignment alignment = aligner->Align(Image(112, 112), FaceWith(kTemplate)).value();
  EXPECT_TRUE(alignment.aligned);
  EXPECT_EQ(alignment.aspect, 1.0);
  EXPECT_NEAR(alignment.confidence, 0, 1e-12);
  // Pixel (i, j) of a crop of 112 px is the crop's point ((i + 0.5) / 112, (j + 0.5) / 112).
  for (const Point& pixel : {Point{0, 0}, Point{111, 0}, Point{40, 90}}) {
    const Point there = alignment.crop_from_image(pixel);
    EXPECT_NEAR(there.x, (pixel.x + 0.5) / 112, 1e-12);
    EXPECT_NEAR(there.y, (pixel.y + 0.5) / 112, 1e-12);
  }
}

TEST(FivePoint, TurnedScaledAndShiftedFacesComeOutUpright) {
  const auto aligner = MakeComponent<Aligner>(R"({"extend": 1, "shift_y": 0})").value();
  std::vector<Point> points;
  for (const Point& p : kTemplate) {
    const double c = 2.5 * std::cos(0.6), s = 2.5 * std::sin(0.6);
    points.push_back({c * p.x - s * p.y + 300, s * p.x + c * p.y - 20});
  }
  const Alignment alignment = aligner->Align(Image(800, 800), FaceWith(points)).value();
  for (int i = 0; i < 5; ++i) {
    const Point there = alignment.crop_from_image(points[i]);
    EXPECT_NEAR(there.x * 112 - 0.5, kTemplate[i].x, 1e-9);
    EXPECT_NEAR(there.y * 112 - 0.5, kTemplate[i].y, 1e-9);
  }
}

TEST(FivePoint, ExtendAndShiftMoveTheCropNotTheFit) {
  const auto plain = MakeComponent<Aligner>(R"({"extend": 1, "shift_y": 0})").value();
  const auto wide = MakeComponent<Aligner>(R"({"extend": 2, "shift_y": 0.1})").value();
  const Alignment a = plain->Align(Image(112, 112), FaceWith(kTemplate)).value();
  const Alignment b = wide->Align(Image(112, 112), FaceWith(kTemplate)).value();
  // The wide crop is twice as large about (0.5, 0.6) of the plain one.
  const Point in_plain = a.crop_from_image({10, 20}), in_wide = b.crop_from_image({10, 20});
  EXPECT_NEAR(in_wide.x, (in_plain.x - 0.5) / 2 + 0.5, 1e-12);
  EXPECT_NEAR(in_wide.y, (in_plain.y - 0.6) / 2 + 0.5, 1e-12);
}

TEST(FivePoint, ConfidenceIsTheResidualInCropUnits) {
  const auto aligner = MakeComponent<Aligner>(R"({"extend": 1, "shift_y": 0})").value();
  std::vector<Point> points = kTemplate;
  points[2].x += 11.2;  // a tenth of the crop
  const double confidence = aligner->Align(Image(112, 112), FaceWith(points))->confidence;
  EXPECT_LT(confidence, -0.01);
  EXPECT_GT(confidence, -0.1 / std::sqrt(5.0));  // less than leaving the other four in place
}

TEST(FivePoint, ProfilesAreAlignedOrLeftAsTheOptionSays) {
  const auto align = MakeComponent<Aligner>().value();
  const auto leave = MakeComponent<Aligner>(R"({"profiles": "leave"})").value();
  for (const Pose pose : {Pose::kLeft, Pose::kRight, Pose::kFrontal, Pose::kUnknown}) {
    Face face = FaceWith(kTemplate);
    face.pose = pose;
    const bool is_profile = pose == Pose::kLeft || pose == Pose::kRight;
    EXPECT_TRUE(align->Align(Image(112, 112), face)->aligned);
    const Alignment alignment = leave->Align(Image(112, 112), face).value();
    EXPECT_EQ(alignment.aligned, !is_profile);
    if (is_profile) {
      EXPECT_EQ(alignment.crop_from_image.m, CropOfBox(face.box, 1.1).crop_from_image.m);
    }
  }
}

TEST(FivePoint, WithoutUsableLandmarksTheBoxIsTheCrop) {
  const auto aligner = MakeComponent<Aligner>().value();
  Face none;
  none.box = {20, 20, 80, 80};
  Face eyes = none;
  eyes.landmarks = {LandmarkScheme::kEyes2, {{40, 50}, {80, 50}}};
  for (const Face& face : {none, eyes, FaceWith(std::vector<Point>(5, Point{7, 7}))}) {
    const Alignment alignment = aligner->Align(Image(112, 112), face).value();
    EXPECT_FALSE(alignment.aligned);
    EXPECT_EQ(alignment.crop_from_image.m, CropOfBox(face.box, 1.1).crop_from_image.m);
  }
}

}  // namespace
}  // namespace facet
