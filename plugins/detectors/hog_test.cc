// dlib's detector on rendered faces, whose boxes are known, and on real ones (FACET_DATA).
#include <algorithm>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "core/image/image_io.h"
#include "gtest/gtest.h"
#include "plugins/detectors/odd_images_testing.h"
#include "plugins/plugin_testing.h"
#include "plugins/rendered_faces/renderer.h"

namespace facet {
namespace {

RenderedFace Render(uint64_t i, float yaw_rad, int size_px) {
  SceneStyle style;
  style.yaw_sigma_deg = style.pitch_sigma_deg = style.roll_sigma_deg = 0;
  style.expression = style.lighting = style.occlusion = style.accessories = 0;
  FaceScene scene = DrawScene(i, style);
  scene.yaw_rad = yaw_rad;
  return RenderFace(DrawIdentity(i), scene, size_px);
}

// The renderer's box in haar's convention, which is the canonical one (datasets/synthetic.cc).
Box Truth(const RenderedFace& face) {
  return ApplyConvention({1.05, 0.0, -0.16, true}, face.truth.box);
}

constexpr int kFaces = 4;

int NumFound(Detector& hog, int size_px) {
  int num_found = 0;
  for (int i = 0; i < kFaces; ++i) {
    const RenderedFace rendered = Render(static_cast<uint64_t>(i), 0, size_px);
    const std::vector<Face> faces = hog.Detect(rendered.image, {}).value();
    num_found += std::any_of(faces.begin(), faces.end(), [&](const Face& face) {
      const Box box = ApplyConvention(hog.convention(), face.box);
      return face.pose == Pose::kFrontal && IntersectionOverUnion(box, Truth(rendered)) > 0.6;
    });
  }
  return num_found;
}

TEST(Hog, FindsRenderedFacesInCanonicalBoxes) {
  EXPECT_GE(NumFound(*MakeComponent<Detector>().value(), 200), kFaces - 1);
}

TEST(Hog, SmallFacesAreFoundInTheEnlargedImage) {
  // Faces of 35 to 50 px, far below dlib's window of 80 px.
  const auto as_it_is = MakeComponent<Detector>(R"({"min_side_px": 80})").value();
  const auto enlarged = MakeComponent<Detector>(R"({"min_side_px": 30})").value();
  EXPECT_EQ(NumFound(*as_it_is, 80), 0);
  EXPECT_GE(NumFound(*enlarged, 80), kFaces - 1);
}

TEST(Hog, LongImagesAreScaledDownForTheSearchAndBoxesBack) {
  // A face of 300 px in an image of 600: found at half the size too, within the steps of its
  // search.
  const auto whole = MakeComponent<Detector>(R"({"min_side_px": 80})").value();
  const auto reduced =
      MakeComponent<Detector>(R"({"min_side_px": 80, "max_side_px": 200})").value();
  const Image image = Render(3, 0, 400).image;
  const std::vector<Face> faces = whole->Detect(image, {}).value();
  const std::vector<Face> others = reduced->Detect(image, {}).value();
  ASSERT_FALSE(faces.empty());
  ASSERT_FALSE(others.empty());
  EXPECT_GT(IntersectionOverUnion(faces[0].box, others[0].box), 0.6);
}

TEST(Hog, ThePoseIsTheWayTheNosePoints) {
  // DrawScene's yaw is negative where the nose points to the image's left (datasets/synthetic.cc).
  const auto hog = MakeComponent<Detector>(R"({"adjust_threshold": -0.5})").value();
  int num_right_way = 0, num_wrong_way = 0;
  for (uint64_t i = 0; i < 8; ++i) {
    const float yaw_rad = i % 2 == 0 ? 0.6f : -0.6f;
    const std::vector<Face> faces = hog->Detect(Render(i, yaw_rad, 200).image, {}).value();
    if (faces.empty() || faces[0].pose == Pose::kFrontal) continue;
    ++((faces[0].pose == Pose::kLeft) == (yaw_rad < 0) ? num_right_way : num_wrong_way);
  }
  EXPECT_GE(num_right_way, 3);
  EXPECT_EQ(num_wrong_way, 0);
}

TEST(Hog, ALowerThresholdFindsNoLess) {
  const auto strict = MakeComponent<Detector>(R"({"adjust_threshold": 0.5})").value();
  const auto lenient = MakeComponent<Detector>(R"({"adjust_threshold": -0.5})").value();
  size_t num_strict = 0, num_lenient = 0;
  for (uint64_t i = 0; i < 3; ++i) {
    const Image image = Render(i, 0.3f, 200).image;
    const std::vector<Face> faces = strict->Detect(image, {}).value();
    for (const Face& face : faces) EXPECT_GT(face.score, 0.5);
    num_strict += faces.size();
    num_lenient += lenient->Detect(image, {}).value().size();
  }
  EXPECT_GE(num_lenient, num_strict);
  EXPECT_GT(num_lenient, 0u);
}

TEST(Hog, FindsARealFace) {
  const std::string path = DataFile("lfw/images/Abdullah_Gul/Abdullah_Gul_0013.jpg");
  if (path.empty()) GTEST_SKIP() << "FACET_DATA is not set";
  const auto hog = MakeComponent<Detector>().value();
  const std::vector<Face> faces = hog->Detect(ReadImage(path).value(), {}).value();
  ASSERT_EQ(faces.size(), 1u);
  // LFW centres its faces: Viola-Jones boxes of 113.6 px in the middle of 250.
  const Box box = ApplyConvention(hog->convention(), faces[0].box);
  EXPECT_GT(IntersectionOverUnion(box, {67.7, 67.7, 113.6, 113.6}), 0.6);
}

// The window of 80 px is laid over an image that is enlarged, and reduced again where it is long.
TEST(Hog, BoxesOfLongImagesAreWhereTheirFacesAre) {
  if (DataFile("x").empty()) GTEST_SKIP() << "FACET_DATA is not set";
  ExpectFacesOfLongImagesInPlace(
      *MakeComponent<Detector>(R"({"min_side_px": 20, "max_side_px": 1750})").value(),
      LfwPortrait(), 3);
}

}  // namespace
}  // namespace facet
