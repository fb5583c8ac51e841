#include "plugins/rendered_faces/light.h"

#include <algorithm>
#include <cmath>

namespace facet {
namespace {

constexpr int kShadowCells = 112;
constexpr float kCellMm = 3.6f, kBiasMm = 7, kFadeMm = 9;

// Depth towards the key light on a coarse grid of cells across it, filled from the vertices: they
// lie closer together than the cells are wide.
class ShadowMap {
 public:
  ShadowMap(const std::vector<GridMesh>& meshes, Vec3 to_light)
      : depth_(static_cast<size_t>(kShadowCells) * kShadowCells, -1e9f), to_light_(to_light) {
    right_ = Unit(Cross({0.1f, 1, 0.05f}, to_light));
    down_ = Cross(to_light, right_);
    for (const GridMesh& mesh : meshes) {
      for (const Vec3& p : mesh.position) {
        const int x = static_cast<int>(Column(p)), y = static_cast<int>(Line(p));
        if (x < 0 || y < 0 || x >= kShadowCells || y >= kShadowCells) continue;
        float& cell = depth_[static_cast<size_t>(y) * kShadowCells + x];
        cell = std::max(cell, Dot(p, to_light));
      }
    }
  }

  // Share of the light that reaches p, softened over 2 x 2 cells.
  float Reach(Vec3 p) const {
    const float fx = Column(p) - 0.5f, fy = Line(p) - 0.5f;
    const int x = static_cast<int>(fx), y = static_cast<int>(fy);
    if (fx < 0 || fy < 0 || x >= kShadowCells - 1 || y >= kShadowCells - 1) return 1;
    const float tx = fx - static_cast<float>(x), ty = fy - static_cast<float>(y);
    const float depth = Dot(p, to_light_);
    const float* cell = &depth_[static_cast<size_t>(y) * kShadowCells + x];
    return Mix(Mix(Lit(cell[0], depth), Lit(cell[1], depth), tx),
               Mix(Lit(cell[kShadowCells], depth), Lit(cell[kShadowCells + 1], depth), tx), ty);
  }

 private:
  static float Lit(float cell, float depth) {
    return 1 - Clamp01((cell - depth - kBiasMm) / kFadeMm);
  }
  float Column(Vec3 p) const { return Dot(p, right_) / kCellMm + kShadowCells / 2.0f; }
  float Line(Vec3 p) const { return Dot(p, down_) / kCellMm + kShadowCells / 2.0f; }

  std::vector<float> depth_;
  Vec3 to_light_, right_, down_;
};

Vec3 ToVec(const std::array<float, 3>& a) { return Unit({a[0], a[1], a[2]}); }

// Averages over the grid's neighbours: hides the cells of the shadow map.
std::vector<float> SmoothGrid(const GridMesh& mesh, const std::vector<float>& values) {
  std::vector<float> rows(values), out(values);
  for (int row = 0; row < mesh.rows; ++row) {
    for (int col = 1; col + 1 < mesh.cols; ++col) {
      const size_t i = mesh.Index(row, col);
      rows[i] = 0.25f * (values[i - 1] + 2 * values[i] + values[i + 1]);
    }
  }
  for (int row = 1; row + 1 < mesh.rows; ++row) {
    for (int col = 0; col < mesh.cols; ++col) {
      const size_t i = mesh.Index(row, col);
      out[i] = 0.25f * (rows[i - mesh.cols] + 2 * rows[i] + rows[i + mesh.cols]);
    }
  }
  return out;
}

}  // namespace

std::vector<std::vector<VertexLight>> LightMeshes(const std::vector<GridMesh>& meshes,
                                                  const FaceScene& scene) {
  const Vec3 key = ToVec(scene.light_direction), fill = ToVec(scene.fill_direction);
  const Vec3 half = Unit(key + Vec3{0, 0, 1});
  const ShadowMap shadows(meshes, key);
  std::vector<std::vector<VertexLight>> lights;
  for (const GridMesh& mesh : meshes) {
    std::vector<float> reach(mesh.position.size());
    for (size_t i = 0; i < reach.size(); ++i) reach[i] = shadows.Reach(mesh.position[i]);
    reach = SmoothGrid(mesh, reach);
    std::vector<VertexLight> out(mesh.position.size());
    for (size_t i = 0; i < out.size(); ++i) {
      Vec3 n = mesh.normal[i];
      if (mesh.two_sided && n.z < 0) n = -1.0f * n;
      const float wrapped = std::max(0.0f, (Dot(n, key) + 0.12f) / 1.12f) * reach[i];
      const float filled = std::max(0.0f, (Dot(n, fill) + 0.3f) / 1.3f);
      const float sky = 0.78f - 0.22f * n.y;
      float shine = std::max(0.0f, Dot(n, half));
      for (int k = 0; k < 4; ++k) shine *= shine;  // Blinn's exponent: 16
      shine *= mesh.gloss * reach[i];
      for (int c = 0; c < 3; ++c) {
        out[i].diffuse[c] = scene.ambient_color[c] * sky + scene.light_color[c] * wrapped +
                            scene.fill_color[c] * filled;
        out[i].highlight[c] = scene.light_color[c] * shine;
      }
    }
    lights.push_back(std::move(out));
  }
  return lights;
}

}  // namespace facet
