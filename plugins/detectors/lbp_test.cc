// The cascades on rendered faces, whose boxes are known; what lbp and haar share is tested there.
#include <algorithm>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/rendered_faces/renderer.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

RenderedFace Render(uint64_t i, float yaw_rad) {
  SceneStyle style;
  style.yaw_sigma_deg = style.pitch_sigma_deg = style.roll_sigma_deg = 0;
  style.expression = style.lighting = style.occlusion = style.accessories = 0;
  FaceScene scene = DrawScene(i, style);
  scene.yaw_rad = yaw_rad;
  return RenderFace(DrawIdentity(i), scene, 200);
}

// The renderer's box in haar's convention, which is the canonical one (datasets/synthetic.cc).
Box Truth(const RenderedFace& face) {
  return ApplyConvention({1.05, 0.0, -0.16, true}, face.truth.box);
}

TEST(Lbp, FindsRenderedFacesInCanonicalBoxes) {
  const auto lbp = MakeComponent<Detector>().value();
  int num_found = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    const RenderedFace rendered = Render(i, 0);
    const std::vector<Face> faces = lbp->Detect(rendered.image, {}).value();
    num_found += std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
      const Box box = ApplyConvention(lbp->convention(), face.box);
      return face.pose == Pose::kFrontal && IntersectionOverUnion(box, Truth(rendered)) > 0.6;
    });
  }
  // It is the weaker of the two cascades: of LFW's faces it misses one in twenty.
  EXPECT_GE(num_found, 17);
}

TEST(Lbp, MirroredImagesGiveMirroredProfiles) {
  const auto lbp =
      MakeComponent<Detector>(R"({"profile_if": "always", "min_neighbours": 1})").value();
  int num_profiles = 0;
  for (uint64_t i = 0; i < 12; ++i) {
    const Image image = Render(i, i % 2 == 0 ? 0.9f : -0.9f).image;
    Image mirrored(image.width, image.height);
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        std::copy_n(image.Pixel(x, y), 3, mirrored.Pixel(image.width - 1 - x, y));
      }
    }
    const std::vector<Face> faces = lbp->Detect(image, {}).value();
    const std::vector<Face> others = lbp->Detect(mirrored, {}).value();
    if (faces.empty() || faces[0].pose == Pose::kFrontal) continue;
    ++num_profiles;
    ASSERT_FALSE(others.empty());
    if (others[0].pose == Pose::kFrontal) continue;  // the frontal cascade is not symmetric
    EXPECT_EQ(others[0].pose == Pose::kLeft, faces[0].pose == Pose::kRight);
    EXPECT_NEAR(others[0].box.Centre().x, image.width - 1 - faces[0].box.Centre().x, 1e-9);
  }
  EXPECT_GT(num_profiles, 0);
}

TEST(Lbp, AMissingCascadeNamesFileAndPackage) {
  const absl::Status status =
      MakeComponent<Detector>(R"({"frontal": "/nowhere/face.xml"})").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/face.xml"));
  EXPECT_THAT(std::string(MakeComponent<Detector>(R"({"frontal": ""})").status().message()),
              HasSubstr("frontal must name a cascade file"));
}

}  // namespace
}  // namespace facet
