#include "plugins/rendered_faces/renderer.h"

#include <algorithm>
#include <cmath>

#include "plugins/rendered_faces/backdrop.h"
#include "plugins/rendered_faces/canvas.h"
#include "plugins/rendered_faces/light.h"
#include "plugins/rendered_faces/parts.h"
#include "plugins/rendered_faces/photo.h"
#include "plugins/rendered_faces/raster.h"
#include "plugins/rendered_faces/shape.h"

namespace facet {
namespace {

constexpr float kAverageFaceWidthMm = 150;
constexpr float kSmallFacePx = 96;      // below this width texels of 1.3 mm are fine enough
constexpr Vec3 kFaceCenter{0, 32, 60};  // head coordinates

// The head's surface at x, y in mm of the features' plan.
Vec3 SurfacePoint(const GridMesh& head, const HeadProfile& profile, float x, float y) {
  const float half_width = std::max(1.0f, profile.At(y).half_width);
  float low = -1.5f, high = 1.5f;  // SideShare rises between them
  for (int i = 0; i < 24; ++i) {
    const float middle = (low + high) / 2;
    (half_width * HeadProfile::SideShare(middle) < x ? low : high) = middle;
  }
  const float col = HeadGrid::ColumnOf(low);
  const float row = HeadGrid::RowOf(y, profile);
  const int c = static_cast<int>(col), r = std::min(static_cast<int>(row), head.rows - 2);
  const float tc = col - static_cast<float>(c), tr = row - static_cast<float>(r);
  const Vec3 *top = &head.position[head.Index(r, c)], *bottom = top + head.cols;
  return (1 - tr) * ((1 - tc) * top[0] + tc * top[1]) +
         tr * ((1 - tc) * bottom[0] + tc * bottom[1]);
}

std::array<Point, 9> ProjectLandmarks(const GridMesh& head, const HeadProfile& profile,
                                      const FaceLayout& at, const Camera& camera) {
  std::array<Point, 9> out;
  const auto project = [&](int index, float x, float y) {
    const Vec3 p = camera.Project(SurfacePoint(head, profile, x, y));
    out[index] = {p.x, p.y};
  };
  for (int side = 0; side < 2; ++side) {
    const EyeLayout& eye = at.eyes[side];
    const float sign = side == 0 ? -1.0f : 1.0f;
    const float dx = eye.half_width * std::cos(eye.slant_rad);
    const float dy = sign * eye.half_width * std::sin(eye.slant_rad);
    project(2 * side, eye.x - dx, eye.y + dy);
    project(2 * side + 1, eye.x + dx, eye.y - dy);
  }
  project(4, at.nose_x - at.nose_half_width, at.nose_base_y - 6);
  project(5, at.nose_x, at.nose_tip_y);
  project(6, at.nose_x + at.nose_half_width, at.nose_base_y - 6);
  project(7, at.mouth_x - at.mouth_half_width, at.mouth_y - at.corner_lift);
  project(8, at.mouth_x + at.mouth_half_width, at.mouth_y - at.corner_lift);
  return out;
}

Box ProjectBox(const GridMesh& head, const HeadProfile& profile, const FaceLayout& at,
               const Camera& camera) {
  const float top = std::min(at.brow_y[0], at.brow_y[1]) - 12;
  const int first_row = static_cast<int>(HeadGrid::RowOf(top, profile));
  const int margin = HeadGrid::kSideCells;
  float x0 = 1e9f, y0 = 1e9f, x1 = -1e9f, y1 = -1e9f;
  for (int row = first_row; row < head.rows; ++row) {
    for (int col = margin; col < head.cols - margin; ++col) {
      const Vec3 p = camera.Project(head.position[head.Index(row, col)]);
      x0 = std::min(x0, p.x), x1 = std::max(x1, p.x);
      y0 = std::min(y0, p.y), y1 = std::max(y1, p.y);
    }
  }
  return {x0, y0, x1 - x0, y1 - y0};
}

Camera PlaceCamera(const FaceScene& scene, const Rotation& rotation, int size) {
  Camera camera;
  camera.distance_mm = scene.camera_distance_mm;
  const float size_px = static_cast<float>(size);
  camera.focal_px = scene.face_share * size_px * scene.camera_distance_mm / kAverageFaceWidthMm;
  const Vec3 center = camera.Project(rotation(kFaceCenter));
  camera.x_px = scene.center_x * size_px - 0.5f - center.x;
  camera.y_px = scene.center_y * size_px - 0.5f - center.y;
  return camera;
}

FaceTruth Locate(const GridMesh& head, const HeadProfile& profile, const FaceLayout& layout,
                 const Camera& camera) {
  return {ProjectBox(head, profile, layout, camera),
          ProjectLandmarks(head, profile, layout, camera)};
}

}  // namespace

FaceTruth LocateFace(const FaceIdentity& identity, const FaceScene& scene, int image_size_px) {
  const FaceLayout layout = LayOutFace(identity, scene.expression);
  const HeadProfile profile(identity);
  GridMesh head = BuildHead(identity, scene, layout, profile);
  const Rotation rotation = HeadRotation(scene.yaw_rad, scene.pitch_rad, scene.roll_rad);
  head.Transform(rotation, {});
  return Locate(head, profile, layout, PlaceCamera(scene, rotation, image_size_px));
}

RenderedFace RenderFace(const FaceIdentity& identity, const FaceScene& scene, int image_size_px) {
  const FaceLayout layout = LayOutFace(identity, scene.expression);
  const HeadProfile profile(identity);
  const bool small = scene.face_share * static_cast<float>(image_size_px) < kSmallFacePx;
  const FaceCanvas canvas = PaintHead(identity, scene, layout, profile, small ? 2 : 4);

  std::vector<GridMesh> meshes = BuildHeadParts(identity, scene, layout, profile);
  meshes.insert(meshes.begin(), BuildHead(identity, scene, layout, profile));
  const Rotation rotation = HeadRotation(scene.yaw_rad, scene.pitch_rad, scene.roll_rad);
  meshes.front().ComputeNormals();
  for (GridMesh& mesh : meshes) mesh.Transform(rotation, {});
  const Rotation body_rotation =
      HeadRotation(0.35f * scene.yaw_rad, 0.1f * scene.pitch_rad, 0.3f * scene.roll_rad);
  for (GridMesh& mesh : BuildBody(identity, scene)) {
    mesh.Transform(body_rotation, {});
    meshes.push_back(std::move(mesh));
  }

  const Camera camera = PlaceCamera(scene, rotation, image_size_px);
  const auto lights = LightMeshes(meshes, scene);
  Frame frame(image_size_px);
  for (size_t i = 0; i < meshes.size(); ++i) {
    DrawMesh(meshes[i], lights[i], canvas, scene.light_color, camera, frame);
  }

  RenderedFace out;
  out.truth = Locate(meshes.front(), profile, layout, camera);
  LinearImage image = DrawBackground(scene.background_seed, image_size_px);
  Composite(frame, image, image_size_px);
  DrawOccluder(scene, identity.skin_color, out.truth.box, image, image_size_px);
  out.image = Photograph(scene, image, image_size_px);
  return out;
}

}  // namespace facet
