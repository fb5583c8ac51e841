// Small vectors, curves and grid meshes that the parts of a rendered head are made of. Units and
// axes are those of face_identity.h.
#ifndef FACET_PLUGINS_RENDERED_FACES_GEOMETRY_H_
#define FACET_PLUGINS_RENDERED_FACES_GEOMETRY_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/processors.h"
#include "plugins/rendered_faces/identity.h"

namespace facet {

struct Vec3 {
  float x = 0, y = 0, z = 0;
};

FACET_INLINE Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
FACET_INLINE Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
FACET_INLINE Vec3 operator*(float s, Vec3 a) { return {s * a.x, s * a.y, s * a.z}; }
FACET_INLINE float Dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
FACET_INLINE Vec3 Cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
FACET_INLINE Vec3 Unit(Vec3 a) {
  const float norm = std::sqrt(Dot(a, a));
  return norm > 0 ? (1 / norm) * a : Vec3{0, 0, 1};
}

// Cheaper than std::floor, which is a call.
FACET_INLINE int Floor(float x) {
  const int towards_zero = static_cast<int>(x);
  return towards_zero - (static_cast<float>(towards_zero) > x ? 1 : 0);
}
FACET_INLINE float Clamp01(float t) { return std::min(1.0f, std::max(0.0f, t)); }
FACET_INLINE float Mix(float a, float b, float t) { return a + (b - a) * t; }
// 0 below `low`, 1 above `high`, with zero slope at both.
FACET_INLINE float SmoothStep(float low, float high, float value) {
  const float t = Clamp01((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}
// Close to exp(-t^2 / 2), by a power that reaches 0 at |t| = 4: fast, and the same bits everywhere.
FACET_INLINE float Bell(float t) {
  float value = std::max(0.0f, 1 - t * t * (1 / 16.0f));
  value *= value;
  value *= value;
  return value * value;
}

// A smooth curve through knots with ascending x; constant outside.
class KnotCurve {
 public:
  explicit KnotCurve(std::vector<std::pair<float, float>> knots) : knots_(std::move(knots)) {}
  float operator()(float x) const;

 private:
  float Slope(size_t i) const;
  std::vector<std::pair<float, float>> knots_;
};

// Rotation of the head (or the body) by yaw, pitch, roll as face_scene.h defines them.
struct Rotation {
  Vec3 row_x{1, 0, 0}, row_y{0, 1, 0}, row_z{0, 0, 1};
  FACET_INLINE Vec3 operator()(Vec3 p) const {
    return {Dot(row_x, p), Dot(row_y, p), Dot(row_z, p)};
  }
};
Rotation HeadRotation(float yaw_rad, float pitch_rad, float roll_rad);

// A grid of rows x cols vertices. Seen from outside, columns run to the image's right and rows
// down, so that normals point outwards.
struct GridMesh {
  int rows = 0, cols = 0;
  bool two_sided = false;
  bool textured = false;  // colour from the head's canvas at (u, v), else `color` per vertex
  float gloss = 0;        // strength of the highlight
  std::vector<Vec3> position, normal;
  std::vector<float> u, v;  // cells of the canvas
  std::vector<FaceColor> color;

  GridMesh() = default;
  GridMesh(int num_rows, int num_cols);
  size_t Index(int row, int col) const { return static_cast<size_t>(row) * cols + col; }
  void ComputeNormals();
  void Transform(const Rotation& rotation, Vec3 shift);
};

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_GEOMETRY_H_
