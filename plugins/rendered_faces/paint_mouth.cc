// Nose and mouth on the canvas.

#include <algorithm>
#include <cmath>

#include "plugins/rendered_faces/canvas.h"

namespace facet {
namespace {

class MouthPainter {
 public:
  MouthPainter(const FaceIdentity& id, const FaceLayout& at) : id_(id), at_(at) {}

  void operator()(FaceColor& texel, float x, float y) const {
    const float t = (x - at_.mouth_x) / at_.mouth_half_width;
    const float a = std::abs(t);
    if (a > 1.12f) return;
    const float round = std::max(0.0f, 1 - t * t);
    const float middle = at_.mouth_y - at_.corner_lift * t * t - 0.8f * Bell(t / 0.12f);
    const float inner_top = middle - 0.15f * at_.mouth_gap * round;
    const float inner_bottom = middle + 0.85f * at_.mouth_gap * round;
    const float bow = id_.lip_bow_mm * (Bell((a - 0.24f) / 0.15f) - 0.9f * Bell(t / 0.11f));
    const float top =
        inner_top - at_.upper_lip * 0.8f * std::pow(std::max(0.0f, 1 - a), 0.6f) - bow * round;
    const float bottom = inner_bottom + at_.lower_lip * std::pow(round, 0.75f);
    const float ends = SmoothStep(1.05f, 0.9f, a);
    const float lips = SmoothStep(-0.9f, 0.6f, std::min(y - top, bottom - y)) * ends;
    FaceColor lip = id_.lip_color;
    Darken(lip, 0.9f + 0.18f * Bell((y - inner_bottom - 0.45f * at_.lower_lip) / 2.5f));
    Blend(texel, lip, 0.85f * lips);
    Darken(texel, 1 - 0.3f * Bell((y - bottom - 3.5f) / 2.5f) * round);
    const float open = SmoothStep(-0.4f, 0.5f, std::min(y - inner_top, inner_bottom - y));
    if (at_.mouth_gap > 0.8f && open > 0) Blend(texel, Inside(t, y - inner_top), open * ends);
    const float seam = at_.mouth_gap > 0.8f ? 0.35f : 0.72f;
    Darken(texel, 1 - seam * Bell((y - inner_top) / 0.85f) * SmoothStep(1.1f, 0.95f, a));
    Darken(texel, 1 - 0.35f * Bell((a - 1.02f) / 0.06f) * Bell((y - middle) / 2));
  }

 private:
  FaceColor Inside(float t, float below_lip) const {
    FaceColor color{0.02f, 0.02f, 0.05f};
    const float teeth = SmoothStep(7.5f, 6, below_lip) * SmoothStep(0.95f, 0.75f, std::abs(t));
    const float gap = std::abs(std::sin(t * 13.0f));
    FaceColor tooth{0.46f, 0.56f, 0.60f};
    Darken(tooth, (1 - 0.5f * t * t) * (0.75f + 0.25f * SmoothStep(0, 0.25f, gap)) *
                      Mix(0.45f, 1, SmoothStep(0, 2.5f, below_lip)));
    Blend(color, tooth, teeth);
    return color;
  }

  const FaceIdentity& id_;
  const FaceLayout& at_;
};

}  // namespace

void PaintMouth(FaceCanvas& canvas, const FaceIdentity& id, const FaceLayout& at) {
  const float reach = 1.12f * at.mouth_half_width;
  canvas.ForEach(at.mouth_x - reach, at.mouth_y - 20, at.mouth_x + reach,
                 at.mouth_y + at.mouth_gap + at.lower_lip + 14, MouthPainter(id, at));
  canvas.ForEach(-5, at.nose_base_y, 5, at.mouth_y - 2, [&](FaceColor& texel, float x, float y) {
    const float length = SmoothStep(at.nose_base_y, at.nose_base_y + 6, y);
    const float groove = Bell(x / 1.6f) - 0.5f * Bell((std::abs(x) - 3.6f) / 1.2f);
    Darken(texel, 1 - 0.2f * id.philtrum_depth * groove * length);
  });
}

void PaintNose(FaceCanvas& canvas, const FaceIdentity& id, const FaceLayout& at) {
  const float base = at.nose_base_y, half = at.nose_half_width, x0 = at.nose_x;
  canvas.ForEach(
      x0 - half - 8, base - 22, x0 + half + 8, base + 9, [&](FaceColor& texel, float x, float y) {
        const float a = std::abs(x - x0);
        float shade = 1 - 0.4f * Bell((y - base - 1.5f) / 2.8f) * Bell(a / 11);
        // The crease around the wing.
        const float dx = (a - half + 5.5f) / 6.2f, dy = (y - base + 7.5f) / 8;
        const float ring = std::sqrt(dx * dx + dy * dy) - 1;
        if (a > half - 7) shade *= 1 - 0.25f * Bell(ring / 0.26f);
        Darken(texel, shade);
        const float nx = (a - 0.46f * half) / (3.9f * id.nostril_size);
        const float ny = (y - base + 1.2f - 0.25f * (a - 0.46f * half)) / (2.3f * id.nostril_size);
        const float hole = SmoothStep(1.25f, 0.6f, std::sqrt(nx * nx + ny * ny));
        Blend(texel, {0.012f, 0.014f, 0.025f}, 0.9f * hole);
      });
  // Shaded flanks of the bridge next to the eyes.
  canvas.ForEach(-22, -14, 22, base - 12, [&](FaceColor& texel, float x, float y) {
    const float a = std::abs(x - x0 * Clamp01(y / base));
    const float fade = SmoothStep(-14, 0, y) * SmoothStep(base - 12, base - 22, y);
    Darken(texel, 1 - 0.14f * fade * Bell((a - 11 * id.nose_bridge_width) / 3.5f));
  });
}

}  // namespace facet
