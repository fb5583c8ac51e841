#include "plugins/rendered_faces/raster.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace facet {
namespace {

template <int N>
struct Corner {
  float x, y, z;
  std::array<float, N> value;
};

// Fills the samples of one triangle that are nearer than what the frame holds; values are
// interpolated without perspective, as the triangles are a few samples large.
template <int N, typename Shade>
void FillTriangle(const Corner<N>& a, const Corner<N>& b, const Corner<N>& c, bool two_sided,
                  Frame& frame, const Shade& shade) {
  const float area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
  if (area == 0 || (area < 0 && !two_sided)) return;
  const int x0 = std::max(0, static_cast<int>(std::ceil(std::min({a.x, b.x, c.x}))));
  const int y0 = std::max(0, static_cast<int>(std::ceil(std::min({a.y, b.y, c.y}))));
  const int x1 = std::min(frame.size - 1, static_cast<int>(std::floor(std::max({a.x, b.x, c.x}))));
  const int y1 = std::min(frame.size - 1, static_cast<int>(std::floor(std::max({a.y, b.y, c.y}))));
  const float scale = 1 / area;
  const float b_right = (c.y - a.y) * scale, c_right = (a.y - b.y) * scale;
  for (int y = y0; y <= y1; ++y) {
    const float fx = static_cast<float>(x0) - a.x, fy = static_cast<float>(y) - a.y;
    const float b_start = fx * b_right - fy * (c.x - a.x) * scale;
    const float c_start = fx * c_right + fy * (b.x - a.x) * scale;
    const size_t line = static_cast<size_t>(y) * frame.size;
    for (int x = x0; x <= x1; ++x) {
      const float step = static_cast<float>(x - x0);
      const float wb = b_start + step * b_right, wc = c_start + step * c_right;
      const float wa = 1 - wb - wc;
      if (std::min({wa, wb, wc}) < 0) continue;
      const float z = wa * a.z + wb * b.z + wc * c.z;
      if (z <= frame.depth[line + x]) continue;
      frame.depth[line + x] = z;
      std::array<float, N> value;
      for (int k = 0; k < N; ++k) value[k] = wa * a.value[k] + wb * b.value[k] + wc * c.value[k];
      frame.color[line + x] = shade(value);
    }
  }
}

template <int N, typename Values, typename Shade>
void DrawGrid(const GridMesh& mesh, const Camera& camera, Frame& frame, const Values& values,
              const Shade& shade) {
  std::vector<Corner<N>> corners(mesh.position.size());
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
      const Corner<N>&a = corners[i], &b = corners[i + 1], &c = corners[i + mesh.cols],
            &d = corners[i + mesh.cols + 1];
      FillTriangle<N>(a, b, d, mesh.two_sided, frame, shade);
      FillTriangle<N>(a, d, c, mesh.two_sided, frame, shade);
    }
  }
}

FaceColor SampleCanvas(const FaceCanvas& canvas, float u, float v) {
  const float detail = static_cast<float>(canvas.detail());
  u = std::min(std::max(u * detail, 0.0f), static_cast<float>(canvas.cols()) - 1.001f);
  v = std::min(std::max(v * detail, 0.0f), static_cast<float>(canvas.rows()) - 1.001f);
  const int col = static_cast<int>(u), row = static_cast<int>(v);
  const float tu = u - static_cast<float>(col), tv = v - static_cast<float>(row);
  const FaceColor* top = canvas.Row(row) + col;
  const FaceColor* bottom = canvas.Row(row + 1) + col;
  FaceColor out;
  for (int c = 0; c < 3; ++c) {
    out[c] = Mix(Mix(top[0][c], top[1][c], tu), Mix(bottom[0][c], bottom[1][c], tu), tv);
  }
  return out;
}

}  // namespace

Frame::Frame(int image_size_px)
    : size(image_size_px * kSamples),
      depth(static_cast<size_t>(size) * size, kEmpty),
      color(static_cast<size_t>(size) * size, FaceColor{}) {}

void DrawMesh(const GridMesh& mesh, const std::vector<VertexLight>& light, const FaceCanvas& canvas,
              const FaceColor& light_color, const Camera& camera, Frame& frame) {
  if (!mesh.textured) {
    const auto values = [&](size_t i, std::array<float, 3>& out) {
      for (int c = 0; c < 3; ++c) {
        out[c] = mesh.color[i][c] * light[i].diffuse[c] + light[i].highlight[c];
      }
    };
    DrawGrid<3>(mesh, camera, frame, values, [](const std::array<float, 3>& v) { return v; });
    return;
  }
  const float green = light_color[1] > 0 ? 1 / light_color[1] : 0;
  const auto values = [&](size_t i, std::array<float, 6>& out) {
    const VertexLight& l = light[i];
    out = {mesh.u[i], mesh.v[i], l.diffuse[0], l.diffuse[1], l.diffuse[2], l.highlight[1] * green};
  };
  DrawGrid<6>(mesh, camera, frame, values, [&](const std::array<float, 6>& v) {
    FaceColor out = SampleCanvas(canvas, v[0], v[1]);
    for (int c = 0; c < 3; ++c) out[c] = out[c] * v[2 + c] + v[5] * light_color[c];
    return out;
  });
}

}  // namespace facet
