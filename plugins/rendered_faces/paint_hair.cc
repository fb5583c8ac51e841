// Beard, moustache and the hair of the head on the canvas.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "plugins/rendered_faces/canvas.h"

namespace facet {
namespace {

// How low a fringe hangs below the hairline, mm, at angle theta.
float FringeDrop(const FaceIdentity& id, const FaceScene& scene, float theta) {
  if (id.hair_style != HairStyle::kFringe && id.hair_style != HairStyle::kLongFringe) return 0;
  const float middle = 0.55f * id.hair_parting + 0.15f * scene.hair_shift;
  const float from_parting = theta - middle;
  const float reach = id.hairline_mm - id.brow_height_mm - 9;
  return reach * Bell(theta / 0.75f) *
             (0.65f + 0.35f * std::min(1.0f, std::abs(from_parting) * 3)) +
         4 * scene.hair_shift;
}

float BeardMask(const FaceIdentity& id, const FaceLayout& at, float x, float y) {
  const float a = std::abs(x);
  const float lip_bottom = at.mouth_y + at.mouth_gap + at.lower_lip;
  const float half = at.mouth_half_width;
  const float cheek_line = Mix(lip_bottom + 5, 34, SmoothStep(half - 6, 68, a));
  const float cheeks =
      SmoothStep(-2, 9, y - cheek_line) * (a > half + 3 ? 1 : SmoothStep(3, 9, y - lip_bottom));
  const float top = at.nose_base_y + 5;
  const float moustache = SmoothStep(0, 4, y - top) *
                          SmoothStep(-1, 2, at.mouth_y - 0.6f * at.upper_lip - y + 0.12f * a) *
                          SmoothStep(half + 5, half - 3, a);
  const float corner = Bell((a - half - 4) / 5) * SmoothStep(top + 4, top + 14, y) *
                       SmoothStep(at.chin_y, lip_bottom, y);
  const float chin = SmoothStep(half + 4, half - 8, a) * SmoothStep(4, 10, y - lip_bottom);
  float mask = std::max(id.beard * cheeks, id.moustache * moustache);
  mask = std::max(mask, id.goatee * std::max(chin, 0.8f * corner));
  return std::max(mask, id.stubble * 0.45f * std::max(cheeks, moustache));
}

}  // namespace

void PaintFacialHair(FaceCanvas& canvas, const FaceIdentity& id, const FaceLayout& at) {
  if (id.beard + id.moustache + id.goatee + id.stubble <= 0) return;
  const ValueNoise strands(MixSeed(id.seed, 7));
  FaceColor hair = id.hair_color;
  for (float& c : hair) c *= 0.7f;
  canvas.ForEach(-80, 15, 80, at.chin_y, [&](FaceColor& texel, float x, float y) {
    const float mask = BeardMask(id, at, x, y);
    if (mask <= 0.01f) return;
    const float strand = strands(x * 0.9f + 40, y * 0.45f);
    Blend(texel, hair, Clamp01(mask * (0.75f + 0.5f * strand)));
  });
}

void PaintScalp(FaceCanvas& canvas, const FaceIdentity& id, const FaceScene& scene) {
  const bool bald = id.hair_style == HairStyle::kBald;
  const ValueNoise strands(MixSeed(id.seed, 11)), edge(MixSeed(id.seed, 13));
  const float stretch = 30 - 18 * id.hair_curl;  // mm along a strand
  const int cols = canvas.cols();
  const size_t size = static_cast<size_t>(cols);
  std::vector<float> ragged(size), soft(size), place(size), strand(size);
  for (int col = 0; col < cols; ++col) {
    const float theta = canvas.Theta(col);
    const float line = HairlineAt(id, theta) + FringeDrop(id, scene, theta);
    ragged[col] = line + 7 * (edge(theta * 22, 0.5f) - 0.5f);
    soft[col] = 2.5f + 5 * edge(theta * 9, 7.5f);
  }
  // Columns in which there is still hair.
  std::vector<int> hairy(size);
  std::iota(hairy.begin(), hairy.end(), 0);
  for (int row = 0; row < canvas.rows() && !hairy.empty(); ++row) {
    const float y = canvas.Height(row);
    const float sweep = id.hair_parting * (y + 60) * 0.012f;
    const float wave = 3 * id.hair_curl * std::sin(y * 0.25f);
    for (size_t i = 0; i < hairy.size(); ++i) {
      place[i] = (canvas.Theta(hairy[i]) + sweep) * 46 + wave;
    }
    strands.Row(place.data(), y / stretch, static_cast<int>(hairy.size()), strand.data());
    FaceColor* texels = canvas.Row(row);
    size_t kept = 0;
    for (size_t i = 0; i < hairy.size(); ++i) {
      const int col = hairy[i];
      const float mask = SmoothStep(soft[col], -soft[col], y - ragged[col]) * (bald ? 0.12f : 1.0f);
      if (mask <= 0) continue;
      hairy[kept++] = col;
      FaceColor hair = id.hair_color;
      Darken(hair, 0.55f + 0.9f * strand[i]);
      Blend(texels[col], hair, mask);
    }
    hairy.resize(kept);
  }
}

}  // namespace facet
