// Eyes of rendered faces, whose places are known, and of landmarks.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/rendered_faces/renderer.h"

namespace facet {
namespace {

Point Middle(const Point& a, const Point& b) { return {(a.x + b.x) / 2, (a.y + b.y) / 2}; }

RenderedFace Render(uint64_t i, float roll_rad) {
  SceneStyle style;
  style.yaw_sigma_deg = style.pitch_sigma_deg = style.roll_sigma_deg = 0;
  style.expression = style.lighting = style.occlusion = style.accessories = 0;
  FaceScene scene = DrawScene(i, style);
  scene.roll_rad = roll_rad;
  return RenderFace(DrawIdentity(i), scene, 250);
}

TEST(Eyes, PutsTheEyesOfRenderedFacesInTheirPlaces) {
  const auto aligner = MakeComponent<Aligner>(R"({"eye_y": 0.4, "eye_distance": 0.35})").value();
  int num_aligned = 0, num_good = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    const RenderedFace rendered = Render(i, i % 2 == 0 ? 0.15f : -0.15f);
    const std::array<Point, 9>& truth = rendered.truth.landmarks;
    const Point left = Middle(truth[0], truth[1]), right = Middle(truth[2], truth[3]);
    Face face;  // the canonical box about the eyes: they lie 0.395 of its side below its top
    const double side = std::hypot(right.x - left.x, right.y - left.y) / 0.38;
    face.box = {Middle(left, right).x - side / 2, Middle(left, right).y - 0.395 * side, side, side};
    const Alignment alignment = aligner->Align(rendered.image, face).value();
    if (!alignment.aligned) continue;
    ++num_aligned;
    const Point l = alignment.crop_from_image(left), r = alignment.crop_from_image(right);
    // 0.05 of the crop is a seventh of the distance between the eyes.
    if (std::hypot(l.x - 0.325, l.y - 0.4) < 0.05 && std::hypot(r.x - 0.675, r.y - 0.4) < 0.05) {
      ++num_good;
    }
  }
  EXPECT_GE(num_aligned, 14);
  EXPECT_GE(num_good, num_aligned - 2);
}

TEST(Eyes, AMirroredImageGivesTheMirroredCrop) {
  const auto aligner = MakeComponent<Aligner>().value();
  int num_aligned = 0;
  for (uint64_t i = 0; i < 5; ++i) {
    const RenderedFace rendered = Render(i, 0.1f);
    const Image& image = rendered.image;
    Image mirrored(image.width, image.height);
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        std::copy_n(image.Pixel(x, y), 3, mirrored.Pixel(image.width - 1 - x, y));
      }
    }
    Face face, other;
    face.box = {70, 75, 110, 110};
    other.box = {image.width - 181.0, 75, 110, 110};
    const Alignment a = aligner->Align(image, face).value();
    const Alignment b = aligner->Align(mirrored, other).value();
    ASSERT_EQ(a.aligned, b.aligned);
    if (!a.aligned) continue;
    ++num_aligned;
    for (const Point& p : {Point{90, 100}, Point{150, 170}}) {
      // The warp of the search image rounds to 1/32 px: the cascades may differ by a window.
      EXPECT_NEAR(a.crop_from_image(p).x, 1 - b.crop_from_image({image.width - 1 - p.x, p.y}).x,
                  0.03);
    }
  }
  EXPECT_GT(num_aligned, 0);
}

TEST(Eyes, LandmarksAreTakenWhereAskedFor) {
  const auto aligner =
      MakeComponent<Aligner>(R"({"from": "landmarks", "eye_y": 0.3, "eye_distance": 0.5})").value();
  Face face;
  face.box = {0, 0, 100, 100};
  face.score = 0.9;
  face.landmarks = {LandmarkScheme::kPoints5, {{30, 40}, {70, 50}, {50, 60}, {35, 80}, {65, 80}}};
  const Alignment alignment = aligner->Align(Image(100, 100), face).value();
  EXPECT_TRUE(alignment.aligned);
  EXPECT_EQ(alignment.confidence, 0.9);
  const Point left = alignment.crop_from_image({30, 40});
  const Point right = alignment.crop_from_image({70, 50});
  EXPECT_NEAR(left.x, 0.25, 1e-12);
  EXPECT_NEAR(left.y, 0.3, 1e-12);
  EXPECT_NEAR(right.x, 0.75, 1e-12);
  EXPECT_NEAR(right.y, 0.3, 1e-12);
}

TEST(Eyes, WhatIsNoPairFallsBackToTheBox) {
  const auto aligner = MakeComponent<Aligner>(R"({"from": "landmarks"})").value();
  Face face;
  face.box = {0, 0, 100, 100};
  for (const std::vector<Point>& eyes :
       {std::vector<Point>{{70, 40}, {30, 40}}, std::vector<Point>{{45, 40}, {55, 40}},
        std::vector<Point>{{30, 20}, {60, 60}}, std::vector<Point>{{0, 40}, {95, 40}}}) {
    face.landmarks = {LandmarkScheme::kEyes2, eyes};
    const Alignment alignment = aligner->Align(Image(100, 100), face).value();
    EXPECT_FALSE(alignment.aligned);
    EXPECT_EQ(alignment.crop_from_image.m, CropOfBox(face.box, 1.1).crop_from_image.m);
  }
}

TEST(Eyes, CascadesAreNeededAndNamed) {
  EXPECT_FALSE(MakeComponent<Aligner>(R"({"eye": "", "eye_glasses": ""})").ok());
  EXPECT_THAT(std::string(MakeComponent<Aligner>(R"({"eye": "/no.xml"})").status().message()),
              ::testing::HasSubstr("opencv-data"));
}

}  // namespace
}  // namespace facet
