#include "plugins/rendered_faces/canvas.h"

#include <algorithm>
#include <cmath>

namespace facet {
namespace {

void PaintMarks(FaceCanvas& canvas, const FaceIdentity& id) {
  for (const FaceMark& mark : id.marks) {
    const float reach = 2.2f * mark.radius_mm * mark.elongation;
    const float c = std::cos(mark.angle_rad), s = std::sin(mark.angle_rad);
    canvas.ForEach(mark.x_mm - reach, mark.y_mm - reach, mark.x_mm + reach, mark.y_mm + reach,
                   [&](FaceColor& texel, float x, float y) {
                     const float along =
                         ((x - mark.x_mm) * c + (y - mark.y_mm) * s) / mark.elongation;
                     const float across = -(x - mark.x_mm) * s + (y - mark.y_mm) * c;
                     const float r = std::sqrt(along * along + across * across) / mark.radius_mm;
                     const float alpha = SmoothStep(1.25f, 0.75f, r);
                     Darken(texel, 1 - mark.strength * alpha);
                   });
  }
}

void PaintFreckles(FaceCanvas& canvas, const FaceIdentity& id) {
  FaceRandom random(MixSeed(id.seed, 31));
  const int count = static_cast<int>(110 * id.freckles);
  for (int i = 0; i < count; ++i) {
    const float x = static_cast<float>(random.Normal(0, 32));
    const float y = static_cast<float>(random.Normal(26, 16));
    const float radius = static_cast<float>(random.Uniform(0.7, 1.7));
    const float strength = static_cast<float>(random.Uniform(0.15, 0.4));
    canvas.ForEach(x - 2 * radius, y - 2 * radius, x + 2 * radius, y + 2 * radius,
                   [&](FaceColor& texel, float px, float py) {
                     const float r2 =
                         ((px - x) * (px - x) + (py - y) * (py - y)) / (radius * radius);
                     const float alpha = strength * std::max(0.0f, 1 - 0.5f * r2);
                     texel[0] *= 1 - alpha;
                     texel[1] *= 1 - 0.85f * alpha;
                     texel[2] *= 1 - 0.6f * alpha;
                   });
  }
}

void PaintFlush(FaceCanvas& canvas, const FaceIdentity& id, float cx, float cy, float sx, float sy,
                float amount) {
  canvas.ForEach(cx - 2.5f * sx, cy - 2.5f * sy, cx + 2.5f * sx, cy + 2.5f * sy,
                 [&](FaceColor& texel, float x, float y) {
                   const float alpha =
                       amount * id.skin_redness * Bell((x - cx) / sx) * Bell((y - cy) / sy);
                   texel[0] *= 1 - 0.4f * alpha;
                   texel[1] *= 1 - 0.4f * alpha;
                   texel[2] *= 1 - 0.02f * alpha;
                 });
}

// A dark line through three points, parabolic in y.
void PaintFold(FaceCanvas& canvas, float x0, float y0, float x1, float y1, float bulge, float width,
               float strength) {
  canvas.ForEach(std::min(x0, x1) - 8, y0 - 3, std::max(x0, x1) + 8, y1 + 3,
                 [&](FaceColor& texel, float x, float y) {
                   const float t = (y - y0) / (y1 - y0);
                   if (t < -0.1f || t > 1.1f) return;
                   const float line = Mix(x0, x1, t) + bulge * 4 * t * (1 - t);
                   const float fade = SmoothStep(-0.1f, 0.2f, t) * SmoothStep(1.1f, 0.7f, t);
                   Darken(texel, 1 - strength * fade * Bell((x - line) / width));
                 });
}

void PaintWrinkles(FaceCanvas& canvas, const FaceIdentity& id, const FaceLayout& at) {
  for (float side : {-1.0f, 1.0f}) {
    PaintFold(canvas, side * (at.nose_half_width + 2.5f), at.nose_base_y - 7,
              side * (at.mouth_half_width + 6), at.mouth_y + 3, side * 2.5f, 2.2f,
              0.06f + 0.34f * id.nasolabial);
    PaintFold(canvas, side * (at.mouth_half_width + 3), at.mouth_y + 4,
              side * (at.mouth_half_width + 5), at.mouth_y + 22, 0, 1.5f, 0.3f * id.wrinkles);
    PaintFold(canvas, side * 5.5f, -27, side * 6.5f, -12, 0, 1.2f, 0.35f * id.wrinkles);
  }
  const float top = at.hairline_y;
  for (int line = 0; line < 3; ++line) {
    const float y0 = Mix(-30, top, 0.3f + 0.2f * static_cast<float>(line));
    canvas.ForEach(-45, y0 - 5, 45, y0 + 5, [&](FaceColor& texel, float x, float y) {
      const float wave = y0 + 1.2f * std::sin(x * 0.09f + static_cast<float>(line));
      Darken(texel, 1 - 0.4f * id.forehead_lines * Bell((y - wave) / 0.9f) * Bell(x / 22));
    });
  }
}

}  // namespace

FACET_FOR_EACH_PROCESSOR void ValueNoise::Row(const float* x, float y, int count,
                                              float* out) const {
  for (int i = 0; i < count; ++i) out[i] = (*this)(x[i], y);
}

FACET_FOR_EACH_PROCESSOR void ValueNoise::CellRow(int y, int count, float* out) const {
  for (int x = 0; x < count; ++x) out[x] = Cell(x, y);
}

FaceCanvas::FaceCanvas(const HeadProfile& profile, int detail)
    : detail_(detail), hidden_(HeadGrid::kSideCells * detail * 87 / 100) {
  theta_.resize(static_cast<size_t>(HeadGrid::kCols) * detail);
  side_.resize(theta_.size());
  height_.resize(static_cast<size_t>(HeadGrid::kRows) * detail);
  half_width_.resize(height_.size());
  texels_.resize(theta_.size() * height_.size() + 1);  // the last is read with what is behind it
  const float cell = 1 / static_cast<float>(detail);
  for (size_t col = 0; col < theta_.size(); ++col) {
    theta_[col] = HeadGrid::Theta(static_cast<float>(col) * cell);
    side_[col] = HeadProfile::SideShare(theta_[col]);
  }
  for (size_t row = 0; row < height_.size(); ++row) {
    height_[row] = HeadGrid::Height(static_cast<float>(row) * cell, profile);
    half_width_[row] = profile.At(height_[row]).half_width;
  }
}

int FaceCanvas::FirstRow(float y) const {
  return static_cast<int>(std::lower_bound(height_.begin(), height_.end(), y) - height_.begin());
}

int FaceCanvas::FirstColumn(float share) const {
  const auto begin = side_.begin() + hidden_, end = side_.end() - hidden_;
  return static_cast<int>(std::lower_bound(begin, end, share) - side_.begin());
}

void PaintSkin(FaceCanvas& canvas, const FaceIdentity& id, const FaceLayout& at) {
  const ValueNoise blotches(id.seed), grain(id.seed + 1);
  const float scale = 0.18f / static_cast<float>(canvas.detail());  // blotches of some 12 mm
  const int detail = canvas.detail(), cols = canvas.cols();
  std::vector<float> x(static_cast<size_t>(HeadGrid::kCols)), tones(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>(static_cast<int>(i) * detail) * scale;
  }
  std::vector<float> fine(static_cast<size_t>(cols));
  for (int row = 0; row < canvas.rows(); ++row) {
    blotches.Row(x.data(), static_cast<float>(row) * scale, HeadGrid::kCols, tones.data());
    grain.CellRow(row, cols, fine.data());
    FaceColor* texel = canvas.Row(row);
    for (size_t i = 0; i < x.size(); ++i) {
      const float tone = 1 + 0.35f * id.skin_blotches * (tones[i] - 0.5f);
      for (int k = 0; k < detail; ++k, ++texel) {
        const float grainy = 1 + 0.09f * (fine[i * static_cast<size_t>(detail) + k] - 0.5f);
        for (int c = 0; c < 3; ++c) (*texel)[c] = id.skin_color[c] * tone * grainy;
      }
    }
  }
  for (float side : {-1.0f, 1.0f}) PaintFlush(canvas, id, side * 40, 34, 17, 15, 0.8f);
  PaintFlush(canvas, id, at.nose_x, at.nose_tip_y, 10, 9, 0.9f);
  PaintFlush(canvas, id, 0, at.chin_y - 16, 13, 9, 0.4f);
  PaintFreckles(canvas, id);
  PaintMarks(canvas, id);
  PaintWrinkles(canvas, id, at);
}

FaceCanvas PaintHead(const FaceIdentity& id, const FaceScene& scene, const FaceLayout& at,
                     const HeadProfile& profile, int detail) {
  FaceCanvas canvas(profile, detail);
  PaintSkin(canvas, id, at);
  PaintFacialHair(canvas, id, at);
  PaintNose(canvas, id, at);
  PaintMouth(canvas, id, at);
  PaintEyes(canvas, id, scene, at);
  PaintBrows(canvas, id, at);
  PaintScalp(canvas, id, scene);
  return canvas;
}

}  // namespace facet
