#include "plugins/rendered_faces/geometry.h"

namespace facet {

float KnotCurve::Slope(size_t i) const {
  const size_t a = i > 0 ? i - 1 : i;
  const size_t b = i + 1 < knots_.size() ? i + 1 : i;
  return (knots_[b].second - knots_[a].second) / (knots_[b].first - knots_[a].first);
}

float KnotCurve::operator()(float x) const {
  if (x <= knots_.front().first) return knots_.front().second;
  if (x >= knots_.back().first) return knots_.back().second;
  size_t i = 0;
  while (x >= knots_[i + 1].first) ++i;
  const float step = knots_[i + 1].first - knots_[i].first;
  const float t = (x - knots_[i].first) / step;
  const float s = 1 - t;
  return knots_[i].second * (1 + 2 * t) * s * s + knots_[i + 1].second * t * t * (3 - 2 * t) +
         step * (Slope(i) * t * s * s - Slope(i + 1) * t * t * s);
}

Rotation HeadRotation(float yaw_rad, float pitch_rad, float roll_rad) {
  const float cy = std::cos(yaw_rad), sy = std::sin(yaw_rad);
  const float cp = std::cos(pitch_rad), sp = std::sin(pitch_rad);
  const float cr = std::cos(roll_rad), sr = std::sin(roll_rad);
  const auto rotate = [&](Vec3 p) {
    p = {p.x * cy + p.z * sy, p.y, -p.x * sy + p.z * cy};
    p = {p.x, p.y * cp + p.z * sp, -p.y * sp + p.z * cp};
    return Vec3{p.x * cr - p.y * sr, p.x * sr + p.y * cr, p.z};
  };
  const Vec3 x = rotate({1, 0, 0}), y = rotate({0, 1, 0}), z = rotate({0, 0, 1});
  return {{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}};
}

GridMesh::GridMesh(int num_rows, int num_cols)
    : rows(num_rows), cols(num_cols), position(static_cast<size_t>(num_rows) * num_cols) {}

FACET_FOR_EACH_PROCESSOR void GridMesh::ComputeNormals() {
  normal.resize(position.size());
  for (int row = 0; row < rows; ++row) {
    const Vec3* here = &position[Index(row, 0)];
    const Vec3* up = &position[Index(std::max(0, row - 1), 0)];
    const Vec3* down = &position[Index(std::min(rows - 1, row + 1), 0)];
    Vec3* out = &normal[Index(row, 0)];
    const auto at = [&](int col, int left, int right) {
      return Unit(Cross(here[right] - here[left], down[col] - up[col]));
    };
    out[0] = at(0, 0, std::min(cols - 1, 1));
    for (int col = 1; col < cols - 1; ++col) out[col] = at(col, col - 1, col + 1);
    out[cols - 1] = at(cols - 1, std::max(0, cols - 2), cols - 1);
  }
}

FACET_FOR_EACH_PROCESSOR void GridMesh::Transform(const Rotation& rotation, Vec3 shift) {
  const Rotation by = rotation;
  for (Vec3& p : position) p = by(p) + shift;
  for (Vec3& n : normal) n = by(n);
}

}  // namespace facet
