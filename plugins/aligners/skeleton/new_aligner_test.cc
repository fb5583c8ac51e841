// Where the eyes of turned faces come to lie.
#include <gtest/gtest.h>

#include <cmath>

#include "core/api/aligner.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Aligner;
using facet::Alignment;
using facet::Face;
using facet::MakeComponent;
using facet::Point;

// A box of 80 px around (100, 90), eyes 30 px apart, 10 px above its centre before it was turned.
Face Turned(double angle_rad) {
  const double c = std::cos(angle_rad), s = std::sin(angle_rad);
  Face face;
  face.box = {60, 50, 80, 80};
  face.score = 3;
  face.landmarks.scheme = facet::LandmarkScheme::kEyes2;
  for (const double x : {-15.0, 15.0}) {
    face.landmarks.points.push_back({100 + c * x + s * 10, 90 + s * x - c * 10});
  }
  return face;
}

TEST(NewAligner, LevelsTheEyes) {
  const auto aligner = MakeComponent<Aligner>(R"({"extend": 1.25})").value();
  for (const double angle_rad : {-0.5, 0.0, 0.3}) {
    const Alignment alignment = aligner->Align({}, Turned(angle_rad)).value();
    ASSERT_TRUE(alignment.aligned);
    // The crop is 100 px wide, its middle is the box's.
    const Point left = alignment.crop_from_image(alignment.landmarks.points[0]);
    const Point right = alignment.crop_from_image(alignment.landmarks.points[1]);
    EXPECT_NEAR(left.x, 0.35, 1e-12);
    EXPECT_NEAR(right.x, 0.65, 1e-12);
    EXPECT_NEAR(left.y, 0.4, 1e-12);
    EXPECT_NEAR(right.y, 0.4, 1e-12);
  }
}

TEST(NewAligner, FallsBackToTheBox) {
  const auto aligner = MakeComponent<Aligner>(R"({"max_turn_rad": 0.2})").value();
  Face bare = Turned(0);
  bare.landmarks = {};
  for (const Face& face : {bare, Turned(0.3)}) {
    const Alignment alignment = aligner->Align({}, face).value();
    EXPECT_FALSE(alignment.aligned);
    EXPECT_EQ(alignment.crop_from_image.m, facet::CropOfBox(face.box, 1.1).crop_from_image.m);
  }
}

}  // namespace
