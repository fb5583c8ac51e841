// The cascades on rendered faces, whose boxes are known, and on files that are none.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "core/api/detector.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/detectors/odd_images_testing.h"
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

TEST(Haar, FindsRenderedFacesWhereTheyAre) {
  const auto haar = MakeComponent<Detector>().value();
  int num_found = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    const RenderedFace rendered = Render(i, 0);
    const std::array<Point, 9>& truth = rendered.truth.landmarks;
    const double eye_distance = (truth[2].x + truth[3].x - truth[0].x - truth[1].x) / 2;
    const std::vector<Face> faces = haar->Detect(rendered.image, {}).value();
    for (const Face& face : faces) {
      // On photographs (724 of LFW) the eyes lie 0.395 below the top and 0.384 apart, in box sides.
      const double x = ((truth[1].x + truth[2].x) / 2 - face.box.x) / face.box.width;
      const double y = ((truth[1].y + truth[2].y) / 2 - face.box.y) / face.box.height;
      if (face.pose == Pose::kFrontal && std::abs(x - 0.5) < 0.08 && std::abs(y - 0.395) < 0.08 &&
          std::abs(eye_distance / face.box.width - 0.384) < 0.08) {
        ++num_found;
      }
    }
  }
  // One in twenty may be missed, none found twice.
  EXPECT_GE(num_found, 19);
  EXPECT_LE(num_found, 20);
}

TEST(Haar, MirroredImagesGiveMirroredProfiles) {
  // Only the profile cascade: what it finds in an image it finds in the mirrored one on the other
  // side, turned the other way.
  const auto haar = MakeComponent<Detector>(R"({"profile_if": "always"})").value();
  int num_profiles = 0;
  for (uint64_t i = 0; i < 10; ++i) {
    const Image image = Render(i, i % 2 == 0 ? 0.9f : -0.9f).image;
    Image mirrored(image.width, image.height);
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        std::copy_n(image.Pixel(x, y), 3, mirrored.Pixel(image.width - 1 - x, y));
      }
    }
    const std::vector<Face> faces = haar->Detect(image, {}).value();
    const std::vector<Face> others = haar->Detect(mirrored, {}).value();
    if (faces.empty() || faces[0].pose == Pose::kFrontal) continue;
    ++num_profiles;
    ASSERT_FALSE(others.empty());
    if (others[0].pose == Pose::kFrontal) continue;  // the frontal cascade is not symmetric
    EXPECT_EQ(others[0].pose == Pose::kLeft, faces[0].pose == Pose::kRight);
    EXPECT_NEAR(others[0].box.Centre().x, image.width - 1 - faces[0].box.Centre().x, 1e-9);
  }
  EXPECT_GT(num_profiles, 0);
}

// Of an image that is its own mirror image the cascade finds in both the same boxes: each is another
// face.
TEST(Haar, ProfilesThatLookAtEachOtherAreTwoFaces) {
  const auto haar = MakeComponent<Detector>().value();
  int num_pairs = 0;
  for (uint64_t i = 0; i < 10; ++i) {
    const Image half = Render(i, i % 2 == 0 ? 0.9f : -0.9f).image;
    Image image(2 * half.width, half.height);
    for (int y = 0; y < half.height; ++y) {
      for (int x = 0; x < half.width; ++x) {
        std::copy_n(half.Pixel(x, y), 3, image.Pixel(x, y));
        std::copy_n(half.Pixel(x, y), 3, image.Pixel(image.width - 1 - x, y));
      }
    }
    const std::vector<Face> faces = haar->Detect(image, {}).value();
    if (faces.empty() || faces[0].pose == Pose::kFrontal) continue;
    ++num_pairs;
    for (const Face& face : faces) {
      EXPECT_TRUE(std::any_of(faces.begin(), faces.end(), [&](const Face& other) {
        return other.pose != face.pose &&
               std::abs(other.box.Centre().x - (image.width - 1 - face.box.Centre().x)) < 1e-9;
      })) << "image " << i << ", a face at " << face.box.x << " px alone";
    }
  }
  EXPECT_GT(num_pairs, 0);
}

TEST(Haar, WithoutProfileFilesOnlyFrontalFacesAreSearched) {
  const auto haar = MakeComponent<Detector>(R"({"profile": ""})").value();
  const std::vector<Face> faces = haar->Detect(Render(1, 1.2f).image, {}).value();
  for (const Face& face : faces) EXPECT_EQ(face.pose, Pose::kFrontal);
}

TEST(Haar, AMissingCascadeNamesFileAndPackage) {
  const absl::Status status =
      MakeComponent<Detector>(R"({"frontal": "/nowhere/face.xml"})").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/face.xml"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("apt-get install opencv-data"));
}

TEST(Haar, AFileThatIsNoCascadeIsRefused) {
  for (const char* content : {"", "<?xml version=\"1.0\"?><opencv_storage></opencv_storage>",
                              "not xml", "<opencv_storage><cascade type_id=\"x\"/>"}) {
    const std::string path = testing::TempDir() + "/no_cascade.xml";
    std::ofstream(path) << content;
    const absl::Status status =
        MakeComponent<Detector>(absl::StrCat(R"({"frontal": ")", path, "\"}")).status();
    EXPECT_THAT(std::string(status.message()), HasSubstr(path)) << content;
  }
}

// The image is not scaled here; OpenCV's search does it for every size of its window.
TEST(Haar, BoxesOfLongImagesAreWhereTheirFacesAre) {
  if (DataFile("x").empty()) GTEST_SKIP() << "FACET_DATA is not set";
  ExpectFacesOfLongImagesInPlace(*MakeComponent<Detector>().value(), LfwPortrait(), 2);
}

}  // namespace
}  // namespace facet
