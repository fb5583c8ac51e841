#include <cmath>
#include <vector>

#include "core/api/aligner.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"

namespace facet {
namespace {

// The paper's mean frontal shape (first tree, offsets added up), px from the left eye's left
// corner.
const std::vector<Point> kShape = {{0, 0},   {9, 0},   {19, 0}, {28, 0}, {10, 12},
                                   {15, 12}, {20, 12}, {7, 19}, {23, 19}};

Face FaceWith(const std::vector<Point>& points) {
  Face face;
  face.box = {20, 20, 80, 80};
  face.pose = Pose::kFrontal;
  face.landmarks = {LandmarkScheme::kPoints9, points};
  return face;
}

std::vector<Point> Turned() {
  std::vector<Point> points;
  for (const Point& p : kShape) {
    const double c = 2.5 * std::cos(0.4), s = 2.5 * std::sin(0.4);
    points.push_back({c * p.x - s * p.y + 70, s * p.x + c * p.y + 40});
  }
  return points;
}

TEST(Similarity9, ATurnedFaceComesOutUprightWithItsEyesInPlace) {
  const auto aligner = MakeComponent<Aligner>().value();
  const Alignment alignment = aligner->Align(Image(200, 200), FaceWith(Turned())).value();
  EXPECT_TRUE(alignment.aligned);
  EXPECT_NEAR(alignment.confidence, 0, 1e-12);
  // The eyes of the aligner `none`: 0.349 apart, 0.405 from above (medians over LFW, see eyes.cc).
  const auto eye = [&](size_t first) {
    const Point a = alignment.crop_from_image(Turned()[first]);
    const Point b = alignment.crop_from_image(Turned()[first + 1]);
    return Point{(a.x + b.x) / 2, (a.y + b.y) / 2};
  };
  EXPECT_NEAR(eye(0).x, 0.5 - 0.349 / 2, 1e-9);
  EXPECT_NEAR(eye(2).x, 0.5 + 0.349 / 2, 1e-9);
  EXPECT_NEAR(eye(0).y, 0.405, 1e-9);
  EXPECT_NEAR(eye(2).y, 0.405, 1e-9);
}

TEST(Similarity9, ExtendAndShiftMoveTheCropNotTheFit) {
  const auto plain = MakeComponent<Aligner>().value();
  const auto wide = MakeComponent<Aligner>(R"({"extend": 2, "shift_y": 0.1})").value();
  const Point a = plain->Align(Image(9, 9), FaceWith(Turned()))->crop_from_image({10, 20});
  const Point b = wide->Align(Image(9, 9), FaceWith(Turned()))->crop_from_image({10, 20});
  EXPECT_NEAR(b.x, (a.x - 0.5) / 2 + 0.5, 1e-12);
  EXPECT_NEAR(b.y, (a.y - 0.6) / 2 + 0.5, 1e-12);
}

TEST(Similarity9, SixtyEightPointsServeToo) {
  std::vector<Point> points(68, Point{1, 2});
  const std::vector<Point> turned = Turned();
  // 300-W's indices of the nine (geometry.cc).
  const int kIndices[] = {36, 39, 42, 45, 31, 30, 35, 48, 54};
  for (size_t i = 0; i < 9; ++i) points[static_cast<size_t>(kIndices[i])] = turned[i];
  Face face = FaceWith({});
  face.landmarks = {LandmarkScheme::kPoints68, points};
  const auto aligner = MakeComponent<Aligner>().value();
  const Alignment alignment = aligner->Align(Image(9, 9), face).value();
  EXPECT_TRUE(alignment.aligned);
  EXPECT_EQ(alignment.crop_from_image.m,
            aligner->Align(Image(9, 9), FaceWith(turned))->crop_from_image.m);
  EXPECT_EQ(alignment.landmarks.points.size(), 68u);
}

TEST(Similarity9, ProfilesAndFacesWithoutLandmarksKeepTheirBox) {
  const auto aligner = MakeComponent<Aligner>().value();
  Face left = FaceWith(Turned()), right = left, bare = FaceWith({}), five = bare;
  left.pose = Pose::kLeft;
  right.pose = Pose::kRight;
  bare.landmarks = {};
  five.landmarks = {LandmarkScheme::kPoints5, std::vector<Point>(5, Point{3, 4})};
  for (const Face& face : {left, right, bare, five, FaceWith(std::vector<Point>(9, Point{7, 7}))}) {
    const Alignment alignment = aligner->Align(Image(99, 99), face).value();
    EXPECT_FALSE(alignment.aligned);
    EXPECT_EQ(alignment.confidence, -1);
    EXPECT_EQ(alignment.crop_from_image.m, CropOfBox(face.box, 1.1).crop_from_image.m);
  }
}

}  // namespace
}  // namespace facet
