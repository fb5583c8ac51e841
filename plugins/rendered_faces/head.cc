// The head's mesh: features are raised and sunk on the profile of face_shape.cc.

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/processors.h"
#include "plugins/rendered_faces/shape.h"

namespace facet {
namespace {

struct Bump {  // a Gaussian hill on the face, mm; added along z
  float x, y, sigma_x, sigma_y, height;
};

void AddPair(std::vector<Bump>& bumps, Bump bump) {
  bumps.push_back(bump);
  bump.x = -bump.x;
  bumps.push_back(bump);
}

void AddUpperFace(std::vector<Bump>& bumps, const FaceIdentity& id, const FaceLayout& at) {
  const float depth = id.eye_depth_mm;
  for (const EyeLayout& eye : at.eyes) {
    const float inner = std::copysign(1.0f, -eye.x);
    bumps.push_back({eye.x, eye.y - 2, 15, 9.5f, -8.5f - depth});
    bumps.push_back({eye.x, eye.y + 0.5f, 8.5f, 6, 6.5f + 0.5f * depth});
    bumps.push_back({eye.x + inner * (eye.half_width + 1), eye.y + 1, 4.5f, 7, -3.5f});
    bumps.push_back({eye.x, eye.y + 13, 11, 3.5f, 2.0f * id.eye_bag});
    bumps.push_back({eye.x + 2 * inner, eye.y + 18, 12, 5, -1.2f - 1.5f * id.eye_bag});
    // The fold of skin over the lid.
    bumps.push_back({eye.x - 3 * inner, eye.y - eye.upper - id.lid_crease_mm - 2, 12, 3.5f,
                     1.5f + 2.5f * id.lid_hooding});
  }
  AddPair(bumps, {26, -19, 17, 6.5f, 2.5f + id.brow_ridge_mm});
  bumps.push_back({0, -18, 10, 9, 1.5f + 0.5f * id.brow_ridge_mm});
  AddPair(bumps, {24, -48, 16, 12, 1.5f});
}

void AddLowerFace(std::vector<Bump>& bumps, const FaceIdentity& id, const FaceLayout& at,
                  const FaceExpression& ex) {
  const float smile = std::max(0.0f, ex.smile);
  AddPair(bumps, {47, 23, 14, 11, 3.5f + id.cheekbone_mm});
  AddPair(bumps, {40, 52, 15, 17, id.cheek_fullness_mm});
  AddPair(bumps, {39, 33, 12, 11, 5.5f * smile});
  AddPair(bumps, {at.nose_half_width + 8, at.nose_base_y + 6, 5, 12, -1.5f - 2.5f * id.nasolabial});
  const float mouth = at.mouth_y, half = at.mouth_half_width, x = at.mouth_x;
  const float lower = mouth + at.mouth_gap;
  bumps.push_back({0, (at.nose_base_y + mouth) / 2, 26, 12, 3 + 0.7f * id.lip_forward_mm});
  bumps.push_back({0, mouth - 12, 3, 5, -2.2f * id.philtrum_depth});
  bumps.push_back({x, mouth - 0.5f * at.upper_lip, 0.55f * half, 0.5f * at.upper_lip,
                   3.5f + id.lip_forward_mm});
  bumps.push_back(
      {x, lower + 0.5f * at.lower_lip, 0.5f * half, 0.5f * at.lower_lip, 4.0f + id.lip_forward_mm});
  bumps.push_back({x, mouth + 0.5f * at.mouth_gap, 0.8f * half, 1.5f + 0.4f * at.mouth_gap, -3});
  for (float side : {-1.0f, 1.0f}) {
    bumps.push_back({x + side * (half + 1), mouth - at.corner_lift, 5, 5, -3});
    bumps.push_back({side * (half + 12), mouth - 4, 3, 6, -2.5f * id.dimples * smile});
  }
  bumps.push_back({0, lower + at.lower_lip + 5, 17, 4.5f, -3.5f});
  bumps.push_back({0, at.chin_y - 16, 14, 10, 5 + id.chin_forward_mm});
  bumps.push_back({0, at.chin_y - 12, 2.5f, 7, -id.chin_cleft_mm});
  AddPair(bumps, {62, 82, 14, 14, 2.5f * (id.jaw_width - 1) * 20});
}

class Nose {
 public:
  Nose(const FaceIdentity& id, const FaceLayout& at)
      : x_(at.nose_x),
        wings_x_(at.nose_half_width),
        wings_y_(at.nose_base_y - 7),
        ridge_(RidgeKnots(id, at)),
        width_({{-12, 8 * id.nose_bridge_width},
                {8, 7.5f * id.nose_bridge_width},
                {at.nose_tip_y - 14, 8.5f * id.nose_bridge_width},
                {at.nose_tip_y - 3, 10.5f * id.nose_tip_width},
                {at.nose_base_y + 2, 10 * id.nose_tip_width}}) {}

  bool Covers(float y) const { return y > -18 && y < wings_y_ + 24; }

  // Profile of one row, to be shared by its vertices.
  void SetRow(float y) {
    height_ = ridge_(y);
    sigma_ = width_(y);
    wing_ = 10 * Bell((y - wings_y_) / (y > wings_y_ ? 3.6f : 6.5f));
    center_ = x_ * Clamp01(y / wings_y_);
  }

  float Height(float x) const {
    const float t = std::abs(x - center_) / sigma_;
    const float side = (std::abs(x - center_) - wings_x_ + 5.5f) / 4.2f;
    return height_ * std::exp(-std::pow(t, 2.1f)) + wing_ * std::exp(-0.5f * side * side);
  }

 private:
  static std::vector<std::pair<float, float>> RidgeKnots(const FaceIdentity& id,
                                                         const FaceLayout& at) {
    const float tip = 26 + id.nose_tip_mm, y = at.nose_tip_y, bridge = id.nose_bridge_height_mm;
    return {{-18, 0},
            {-7, 2.5f + 0.4f * bridge},
            {6, 7.5f + bridge},
            {Mix(6, y, 0.5f), Mix(7.5f + bridge, tip, 0.52f) + id.nose_hump_mm},
            {y - 5, tip - 2.2f},
            {y, tip},
            {y + 4, tip - 4},
            {at.nose_base_y, 9},
            {at.nose_base_y + 4, 2},
            {at.nose_base_y + 9, 0}};
  }

  float x_, wings_x_, wings_y_;
  KnotCurve ridge_, width_;
  float height_ = 0, sigma_ = 1, wing_ = 0, center_ = 0;
};

// How far hair lifts the surface high above the hairline.
float HairHeight(const FaceIdentity& id, const FaceScene& scene, float theta) {
  if (id.hair_style == HairStyle::kBald) return 0;
  const float volume = scene.hat ? 2 : id.hair_volume_mm * (1 + 0.3f * scene.hair_shift);
  const float side = 1 + id.hair_parting * 0.35f * std::sin(theta);
  return volume * side;
}

void PlaceColumns(GridMesh& mesh, std::vector<float>& theta, std::vector<float>& side,
                  std::vector<float>& depth) {
  for (int col = 0; col < mesh.cols; ++col) {
    theta[col] = HeadGrid::Theta(static_cast<float>(col));
    side[col] = HeadProfile::SideShare(theta[col]);
    depth[col] = HeadProfile::DepthShare(theta[col]);
  }
}

FACET_FOR_EACH_PROCESSOR void AddHill(const float* x, int count, float middle, float sigma,
                                      float height, float* z) {
  for (int i = 0; i < count; ++i) {
    const float t = (x[i] - middle) / sigma;
    z[i] = std::abs(t) < 3 ? z[i] + height * Bell(t) : z[i];
  }
}

void Raise(GridMesh& mesh, const std::vector<Bump>& bumps, int first_col, int last_col) {
  const int count = last_col - first_col + 1;
  std::vector<float> x(static_cast<size_t>(count)), z(x.size());
  for (int row = 0; row < mesh.rows; ++row) {
    Vec3* points = &mesh.position[mesh.Index(row, first_col)];
    const float y = points[0].y;
    for (int i = 0; i < count; ++i) x[i] = points[i].x, z[i] = points[i].z;
    for (const Bump& bump : bumps) {
      if (bump.height == 0) continue;
      const float ty = (y - bump.y) / bump.sigma_y;
      if (std::abs(ty) > 3) continue;
      AddHill(x.data(), count, bump.x, bump.sigma_x, bump.height * Bell(ty), z.data());
    }
    for (int i = 0; i < count; ++i) points[i].z = z[i];
  }
}

}  // namespace

GridMesh BuildHead(const FaceIdentity& id, const FaceScene& scene, const FaceLayout& at,
                   const HeadProfile& profile) {
  GridMesh mesh(HeadGrid::kRows + 1, HeadGrid::kCols + 1);
  mesh.textured = true;
  mesh.gloss = 0.5f * id.skin_gloss;
  mesh.u.resize(mesh.position.size());
  mesh.v.resize(mesh.position.size());
  std::vector<float> theta(mesh.cols), side(mesh.cols), depth(mesh.cols), row_y(mesh.rows);
  std::vector<float> hairline(mesh.cols);
  PlaceColumns(mesh, theta, side, depth);
  for (int col = 0; col < mesh.cols; ++col) hairline[col] = HairlineAt(id, theta[col]);
  Nose nose(id, at);
  for (int row = 0; row < mesh.rows; ++row) {
    row_y[row] = HeadGrid::Height(static_cast<float>(row), profile);
    const HeadProfile::Section section = profile.At(row_y[row]);
    const float middle = (section.front + section.back) / 2;
    const float half_depth = (section.front - section.back) / 2;
    if (nose.Covers(section.y)) nose.SetRow(section.y);
    for (int col = 0; col < mesh.cols; ++col) {
      const size_t i = mesh.Index(row, col);
      Vec3& p = mesh.position[i];
      p = {section.half_width * side[col], section.y, middle + half_depth * depth[col]};
      if (nose.Covers(section.y) && depth[col] > 0.3f) p.z += nose.Height(p.x);
      mesh.u[i] = static_cast<float>(col);
      mesh.v[i] = static_cast<float>(row);
    }
  }
  std::vector<Bump> bumps;
  AddUpperFace(bumps, id, at);
  AddLowerFace(bumps, id, at, scene.expression);
  Raise(mesh, bumps, HeadGrid::kSideCells, mesh.cols - 1 - HeadGrid::kSideCells);
  std::vector<float> hair(mesh.cols);
  for (int col = 0; col < mesh.cols; ++col) hair[col] = HairHeight(id, scene, theta[col]);
  for (int row = 0; row < mesh.rows; ++row) {
    Vec3* points = &mesh.position[mesh.Index(row, 0)];
    const float lowered = SmoothStep(at.mouth_y + 2, at.mouth_y + 24, points[0].y);
    for (int col = 0; col < mesh.cols; ++col) {
      Vec3& p = points[col];
      const float jaw = lowered * Clamp01(p.z / 60);
      const float lift = hair[col] * SmoothStep(-1, 22, hairline[col] - row_y[row]);
      if (lift != 0) p = p + lift * Unit({p.x, p.y + 20, p.z});
      p = p + Vec3{0, at.jaw_drop * jaw, -0.3f * at.jaw_drop * jaw};
    }
  }
  return mesh;
}

}  // namespace facet
