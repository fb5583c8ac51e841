#include "plugins/rendered_faces/raster.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace facet {
namespace {

// Vectors of the compiler's own, which every processor has.
using Floats [[gnu::vector_size(16)]] = float;
constexpr int kLanes = 4;

Floats Load(const float* from) {
  Floats values;
  std::memcpy(&values, from, sizeof(values));
  return values;
}
void StoreColor(const Floats& values, FaceColor& to) {
  std::memcpy(to.data(), &values, sizeof(to));
}

// What is interpolated, in vectors of four.
template <int kVectors>
struct Corner {
  Floats value[kVectors];
  float x, y, z;
};

// Samples of one axis between three corners, within the frame. Most triangles lie between two: this
// is cheaper than std::ceil and std::floor, which are calls.
struct Span {
  Span(float a, float b, float c, int size) {
    const float low = std::max(0.0f, std::min({a, b, c}));
    const float high = std::min(static_cast<float>(size - 1), std::max({a, b, c}));
    if (!(low <= high)) return;
    begin = static_cast<int>(low);
    if (static_cast<float>(begin) < low) ++begin;
    last = static_cast<int>(high);
  }
  int begin = 0, last = -1;
};

// Fills the samples of one triangle that are nearer than what the frame holds; values are
// interpolated without perspective, as the triangles are a few samples large.
template <int kVectors, typename Shade>
void FillTriangle(const Corner<kVectors>& a, const Corner<kVectors>& b, const Corner<kVectors>& c,
                  bool two_sided, Frame& frame, const Shade& shade) {
  const float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  if (area == 0 || (area < 0 && !two_sided)) return;
  const Span columns(a.x, b.x, c.x, frame.size), lines(a.y, b.y, c.y, frame.size);
  if (columns.begin > columns.last || lines.begin > lines.last) return;
  const float scale = 1 / area;
  const float b_right = (c.y - a.y) * scale, c_right = (a.y - b.y) * scale;
  const Floats most = Floats{} + static_cast<float>(columns.last - columns.begin);
  for (int y = lines.begin; y <= lines.last; ++y) {
    const float fx = static_cast<float>(columns.begin) - a.x, fy = static_cast<float>(y) - a.y;
    const float b_start = fx * b_right - fy * (c.x - a.x) * scale;
    const float c_start = fx * c_right + fy * (b.x - a.x) * scale;
    const size_t line = static_cast<size_t>(y) * frame.size;
    for (int x = columns.begin; x <= columns.last; x += kLanes) {
      const Floats step = Floats{0, 1, 2, 3} + static_cast<float>(x - columns.begin);
      const Floats wb = b_start + step * b_right, wc = c_start + step * c_right;
      const Floats wa = 1 - wb - wc;
      Floats least = wb < wa ? wb : wa;
      least = wc < least ? wc : least;
      const Floats z = wa * a.z + wb * b.z + wc * c.z;
      const auto hidden = (least < 0) | (z <= Load(&frame.depth[line + x])) | (step > most);
      int64_t halves[2];
      std::memcpy(halves, &hidden, sizeof(halves));
      if ((halves[0] & halves[1]) == -1) continue;
      for (int l = 0; l < kLanes; ++l) {
        if (hidden[l]) continue;
        frame.depth[line + x + l] = z[l];
        Floats value[kVectors];
        for (int k = 0; k < kVectors; ++k) {
          value[k] = wa[l] * a.value[k] + wb[l] * b.value[k] + wc[l] * c.value[k];
        }
        StoreColor(shade(value), frame.color[line + x + l]);
      }
    }
  }
}

template <int kVectors, typename Values, typename Shade>
void DrawGrid(const GridMesh& mesh, const Camera& camera, Frame& frame, const Values& values,
              const Shade& shade) {
  std::vector<Corner<kVectors>> corners(mesh.position.size());
  for (size_t i = 0; i < corners.size(); ++i) {
    const Vec3 p = camera.Project(mesh.position[i]);
    // Sample s lies at pixel (s + 0.5) / kSamples - 0.5.
    corners[i].x = (p.x + 0.5f) * Frame::kSamples - 0.5f;
    corners[i].y = (p.y + 0.5f) * Frame::kSamples - 0.5f;
    corners[i].z = p.z;
    values(i, corners[i].value);
  }
  for (int row = 0; row + 1 < mesh.rows; ++row) {
    for (int col = 0; col + 1 < mesh.cols; ++col) {
      const size_t i = mesh.Index(row, col);
      const Corner<kVectors>&a = corners[i], &b = corners[i + 1], &c = corners[i + mesh.cols],
            &d = corners[i + mesh.cols + 1];
      FillTriangle<kVectors>(a, b, d, mesh.two_sided, frame, shade);
      FillTriangle<kVectors>(a, d, c, mesh.two_sided, frame, shade);
    }
  }
}

// Its fourth value means nothing.
Floats SampleCanvas(const FaceCanvas& canvas, float u, float v) {
  const float detail = static_cast<float>(canvas.detail());
  u = std::min(std::max(u * detail, 0.0f), static_cast<float>(canvas.cols()) - 1.001f);
  v = std::min(std::max(v * detail, 0.0f), static_cast<float>(canvas.rows()) - 1.001f);
  const int col = static_cast<int>(u), row = static_cast<int>(v);
  const float tu = u - static_cast<float>(col), tv = v - static_cast<float>(row);
  const FaceColor* top = canvas.Row(row) + col;
  const FaceColor* bottom = canvas.Row(row + 1) + col;
  const Floats upper_left = Load(top[0].data()), lower_left = Load(bottom[0].data());
  const Floats upper = upper_left + (Load(top[1].data()) - upper_left) * tu;
  const Floats lower = lower_left + (Load(bottom[1].data()) - lower_left) * tu;
  return upper + (lower - upper) * tv;
}

}  // namespace

Frame::Frame(int image_size_px)
    : size(image_size_px * kSamples),
      depth(static_cast<size_t>(size) * size + kLanes, kEmpty),
      color(new FaceColor[static_cast<size_t>(size) * size]) {}

void DrawMesh(const GridMesh& mesh, const std::vector<VertexLight>& light, const FaceCanvas& canvas,
              const FaceColor& light_color, const Camera& camera, Frame& frame) {
  if (!mesh.textured) {
    const auto values = [&](size_t i, Floats* out) {
      out[0] = Floats{};
      for (int c = 0; c < 3; ++c) {
        out[0][c] = mesh.color[i][c] * light[i].diffuse[c] + light[i].highlight[c];
      }
    };
    DrawGrid<1>(mesh, camera, frame, values, [](const Floats* value) { return value[0]; });
    return;
  }
  const float green = light_color[1] > 0 ? 1 / light_color[1] : 0;
  const auto values = [&](size_t i, Floats* out) {
    const VertexLight& l = light[i];
    out[0] = Floats{l.diffuse[0], l.diffuse[1], l.diffuse[2], l.highlight[1] * green};
    out[1] = Floats{mesh.u[i], mesh.v[i], 0, 0};
  };
  const Floats lamp = {light_color[0], light_color[1], light_color[2], 0};
  DrawGrid<2>(mesh, camera, frame, values, [&](const Floats* value) {
    return SampleCanvas(canvas, value[1][0], value[1][1]) * value[0] + value[0][3] * lamp;
  });
}

}  // namespace facet
