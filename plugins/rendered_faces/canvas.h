// The painted skin of a head: linear reflectance on texels, `detail` of them along each side of the
// cells of HeadGrid.
#ifndef FACET_PLUGINS_RENDERED_FACES_CANVAS_H_
#define FACET_PLUGINS_RENDERED_FACES_CANVAS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/base/processors.h"
#include "plugins/rendered_faces/identity.h"
#include "plugins/rendered_faces/random.h"
#include "plugins/rendered_faces/scene.h"
#include "plugins/rendered_faces/shape.h"

namespace facet {

// Smooth noise in [0, 1] without a table: hashed lattice values, bilinear in between.
class ValueNoise {
 public:
  explicit ValueNoise(uint64_t seed) : seed_(static_cast<uint32_t>(MixSeed(seed, 17))) {}

  FACET_INLINE float Cell(int x, int y) const {
    uint32_t h = seed_ ^ (static_cast<uint32_t>(x) * 0x85ebca6bu);
    h = (h ^ (h >> 15)) * 0x2c1b3c6du + static_cast<uint32_t>(y) * 0xc2b2ae35u;
    h = (h ^ (h >> 13)) * 0x297a2d39u;
    return static_cast<float>(static_cast<int32_t>((h ^ (h >> 16)) >> 8)) * 0x1.0p-24f;
  }

  FACET_INLINE float operator()(float x, float y) const {
    const int ix = Floor(x), iy = Floor(y);
    float tx = x - static_cast<float>(ix), ty = y - static_cast<float>(iy);
    tx = tx * tx * (3 - 2 * tx);
    ty = ty * ty * (3 - 2 * ty);
    return Mix(Mix(Cell(ix, iy), Cell(ix + 1, iy), tx),
               Mix(Cell(ix, iy + 1), Cell(ix + 1, iy + 1), tx), ty);
  }

  // Of a row: at (x[i], y), or of the cells (0, y) to (count - 1, y).
  void Row(const float* x, float y, int count, float* out) const;
  void CellRow(int y, int count, float* out) const;

 private:
  uint32_t seed_;
};

inline void Blend(FaceColor& onto, const FaceColor& color, float alpha) {
  for (int c = 0; c < 3; ++c) onto[c] += (color[c] - onto[c]) * alpha;
}
inline void Darken(FaceColor& onto, float factor) {
  for (float& value : onto) value *= factor;
}

class FaceCanvas {
 public:
  FaceCanvas(const HeadProfile& profile, int detail);

  int rows() const { return static_cast<int>(height_.size()); }
  int cols() const { return static_cast<int>(theta_.size()); }
  int detail() const { return detail_; }
  FaceColor& At(int row, int col) { return Row(row)[col]; }
  FaceColor* Row(int row) { return &texels_[static_cast<size_t>(row) * theta_.size()]; }
  const FaceColor* Row(int row) const { return &texels_[static_cast<size_t>(row) * theta_.size()]; }
  float Theta(int col) const { return theta_[col]; }
  float Height(int row) const { return height_[row]; }
  float HalfWidth(int row) const { return half_width_[row]; }
  float SideShare(int col) const { return side_[col]; }

  // Calls paint(texel, x, y) for the texels of the front half whose position in mm lies in the
  // rectangle.
  template <typename Paint>
  void ForEach(float x0, float y0, float x1, float y1, Paint paint) {
    const int first_row = FirstRow(y0);
    for (int row = first_row; row < rows() && height_[row] <= y1; ++row) {
      const float width = std::max(1.0f, half_width_[row]);
      const int begin = FirstColumn(x0 / width);
      FaceColor* texel = Row(row);
      for (int col = begin; col < cols() - hidden_; ++col) {
        const float x = width * side_[col];
        if (x > x1) break;
        paint(texel[col], x, height_[row]);
      }
    }
  }

 private:
  int FirstRow(float y) const;
  int FirstColumn(float share) const;

  int detail_;
  int hidden_;  // columns on each side with |theta| above pi / 2
  std::vector<FaceColor> texels_;
  std::vector<float> theta_, side_, height_, half_width_;
};

// Each painter adds its layer; PaintHead calls them in order.
void PaintSkin(FaceCanvas& canvas, const FaceIdentity& identity, const FaceLayout& layout);
void PaintNose(FaceCanvas& canvas, const FaceIdentity& identity, const FaceLayout& layout);
void PaintMouth(FaceCanvas& canvas, const FaceIdentity& identity, const FaceLayout& layout);
void PaintEyes(FaceCanvas& canvas, const FaceIdentity& identity, const FaceScene& scene,
               const FaceLayout& layout);
void PaintBrows(FaceCanvas& canvas, const FaceIdentity& identity, const FaceLayout& layout);
void PaintFacialHair(FaceCanvas& canvas, const FaceIdentity& identity, const FaceLayout& layout);
void PaintScalp(FaceCanvas& canvas, const FaceIdentity& identity, const FaceScene& scene);

FaceCanvas PaintHead(const FaceIdentity& identity, const FaceScene& scene, const FaceLayout& layout,
                     const HeadProfile& profile, int detail);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_CANVAS_H_
