#include "plugins/rendered_faces/light.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/processors.h"

namespace facet {
namespace {

constexpr int kShadowCells = 112;
constexpr float kCellMm = 3.6f, kBiasMm = 7, kFadeMm = 9;

// Where points lie seen from the key light: cells across it, mm towards it.
struct LightPlaces {
  explicit LightPlaces(size_t count) : column(count), line(count), depth(count) {}
  std::vector<float> column, line, depth;
};

struct LightAxes {
  Vec3 right, down, to_light;
};

FACET_FOR_EACH_PROCESSOR void Place(const LightAxes& axes, const Vec3* points, size_t count,
                                    float* column, float* line, float* depth) {
  const LightAxes by = axes;
  for (size_t i = 0; i < count; ++i) {
    const Vec3 p = points[i];
    column[i] = Dot(p, by.right) / kCellMm + kShadowCells / 2.0f;
    line[i] = Dot(p, by.down) / kCellMm + kShadowCells / 2.0f;
    depth[i] = Dot(p, by.to_light);
  }
}

FACET_INLINE float Lit(float cell, float depth) {
  return 1 - Clamp01((cell - depth - kBiasMm) / kFadeMm);
}

// Share of the light that reaches each point, softened over 2 x 2 cells.
FACET_FOR_EACH_PROCESSOR void Reach(const float* cells, const float* column, const float* line,
                                    const float* depths, size_t count, float* out) {
  for (size_t i = 0; i < count; ++i) {
    const float fx = column[i] - 0.5f, fy = line[i] - 0.5f, depth = depths[i];
    const int x = static_cast<int>(fx), y = static_cast<int>(fy);
    const bool outside = (fx < 0) | (fy < 0) | (x >= kShadowCells - 1) | (y >= kShadowCells - 1);
    const int at = outside ? 0 : y * kShadowCells + x;
    const float tx = fx - static_cast<float>(x), ty = fy - static_cast<float>(y);
    const float upper = Mix(Lit(cells[at], depth), Lit(cells[at + 1], depth), tx);
    const float lower =
        Mix(Lit(cells[at + kShadowCells], depth), Lit(cells[at + kShadowCells + 1], depth), tx);
    out[i] = outside ? 1 : Mix(upper, lower, ty);
  }
}

// Depth towards the key light on a coarse grid of cells across it, filled from the vertices: they
// lie closer together than the cells are wide.
class ShadowMap {
 public:
  ShadowMap(const std::vector<GridMesh>& meshes, Vec3 to_light)
      : depth_(static_cast<size_t>(kShadowCells) * kShadowCells, -1e9f) {
    LightAxes axes;
    axes.to_light = to_light;
    axes.right = Unit(Cross({0.1f, 1, 0.05f}, to_light));
    axes.down = Cross(to_light, axes.right);
    for (const GridMesh& mesh : meshes) {
      LightPlaces& at = places_.emplace_back(mesh.position.size());
      Place(axes, mesh.position.data(), mesh.position.size(), at.column.data(), at.line.data(),
            at.depth.data());
      for (size_t i = 0; i < at.depth.size(); ++i) {
        const int x = static_cast<int>(at.column[i]), y = static_cast<int>(at.line[i]);
        if (x < 0 || y < 0 || x >= kShadowCells || y >= kShadowCells) continue;
        float& cell = depth_[static_cast<size_t>(y) * kShadowCells + x];
        cell = std::max(cell, at.depth[i]);
      }
    }
  }

  // Of the vertices of one mesh.
  std::vector<float> ReachOf(size_t mesh) const {
    const LightPlaces& at = places_[mesh];
    std::vector<float> reach(at.depth.size());
    Reach(depth_.data(), at.column.data(), at.line.data(), at.depth.data(), reach.size(),
          reach.data());
    return reach;
  }

 private:
  std::vector<float> depth_;
  std::vector<LightPlaces> places_;
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

struct Lamps {
  Vec3 key, fill, half;  // half: between the key light and the camera
  FaceColor ambient, key_color, fill_color;
};

FACET_FOR_EACH_PROCESSOR void Light(const Lamps& lamps, bool two_sided, float gloss,
                                    const Vec3* normals, const float* reach, size_t count,
                                    VertexLight* out) {
  const Lamps by = lamps;
  for (size_t i = 0; i < count; ++i) {
    Vec3 n = normals[i];
    const float sign = two_sided && n.z < 0 ? -1.0f : 1.0f;
    n = sign * n;
    const float wrapped = std::max(0.0f, (Dot(n, by.key) + 0.12f) / 1.12f) * reach[i];
    const float filled = std::max(0.0f, (Dot(n, by.fill) + 0.3f) / 1.3f);
    const float sky = 0.78f - 0.22f * n.y;
    float shine = std::max(0.0f, Dot(n, by.half));
    for (int k = 0; k < 4; ++k) shine *= shine;  // Blinn's exponent: 16
    shine *= gloss * reach[i];
    for (int c = 0; c < 3; ++c) {
      out[i].diffuse[c] =
          by.ambient[c] * sky + by.key_color[c] * wrapped + by.fill_color[c] * filled;
      out[i].highlight[c] = by.key_color[c] * shine;
    }
  }
}

}  // namespace

std::vector<std::vector<VertexLight>> LightMeshes(const std::vector<GridMesh>& meshes,
                                                  const FaceScene& scene) {
  Lamps lamps = {ToVec(scene.light_direction), ToVec(scene.fill_direction), {},
                 scene.ambient_color,          scene.light_color,           scene.fill_color};
  lamps.half = Unit(lamps.key + Vec3{0, 0, 1});
  const ShadowMap shadows(meshes, lamps.key);
  std::vector<std::vector<VertexLight>> lights;
  for (size_t i = 0; i < meshes.size(); ++i) {
    const GridMesh& mesh = meshes[i];
    const std::vector<float> reach = SmoothGrid(mesh, shadows.ReachOf(i));
    std::vector<VertexLight> out(mesh.position.size());
    Light(lamps, mesh.two_sided, mesh.gloss, mesh.normal.data(), reach.data(), out.size(),
          out.data());
    lights.push_back(std::move(out));
  }
  return lights;
}

}  // namespace facet
