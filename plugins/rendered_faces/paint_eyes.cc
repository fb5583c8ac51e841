// Eyes and brows on the canvas.

#include <algorithm>
#include <cmath>

#include "plugins/rendered_faces/canvas.h"

namespace facet {
namespace {

float LidShare(float t, float exponent) { return t >= 1 ? 0 : 1 - std::pow(t, exponent); }

// Lid curves of an eye in its own axes: `t` in [-1, 1] from the inner to the outer corner.
float UpperLid(const EyeLayout& eye, float t) {
  const float peak = t + 0.12f * (1 - t * t);
  return eye.upper * LidShare(std::abs(peak), 2.3f);
}
float LowerLid(const EyeLayout& eye, float t) {
  const float peak = t - 0.12f * (1 - t * t);
  return eye.lower * LidShare(std::abs(peak), 2.6f);
}

struct EyePoint {
  float along, below;  // mm from the eye's centre, outwards along its axis and down
};

class EyePainter {
 public:
  EyePainter(const FaceIdentity& id, const FaceScene& scene, const EyeLayout& eye)
      : id_(id), eye_(eye), sign_(std::copysign(1.0f, eye.x)) {
    cos_ = std::cos(eye.slant_rad);
    sin_ = std::sin(eye.slant_rad);
    iris_x_ = 4.0f * scene.expression.gaze_x * sign_;
    iris_y_ = 2.2f * scene.expression.gaze_y - 0.6f;
    const float turn = static_cast<float>(scene.light_direction[0]) * sign_;
    glint_x_ = iris_x_ + 2.2f * turn;
    glint_y_ = iris_y_ - 1.2f + 1.8f * scene.light_direction[1];
  }

  void operator()(FaceColor& texel, float x, float y) const {
    const float out = (x - eye_.x) * sign_, down = y - eye_.y;
    const EyePoint p{out * cos_ - down * sin_, out * sin_ + down * cos_};
    const float t = std::min(1.15f, std::max(-1.15f, p.along / eye_.half_width));
    const float upper = UpperLid(eye_, t), lower = LowerLid(eye_, t);
    const float under_upper = p.below + upper, over_lower = lower - p.below;
    Surroundings(texel, p, t, upper);
    const float inside = SmoothStep(-0.5f, 0.5f, std::min(under_upper, over_lower)) *
                         SmoothStep(1.03f, 0.97f, std::abs(t));
    if (inside > 0) Blend(texel, Ball(p, t, under_upper), inside);
    Lashes(texel, t, under_upper, over_lower);
  }

 private:
  // Shade of the socket, crease of the lid, bag under the eye.
  void Surroundings(FaceColor& texel, const EyePoint& p, float t, float upper) const {
    float shade = 1 - 0.26f * Bell(p.along / 15) * Bell((p.below + 4) / 8);
    shade *= 1 - 0.22f * Bell((p.along + eye_.half_width + 2) / 5) * Bell((p.below + 1) / 7);
    const float bulge = 1 - 0.6f * t * t;
    const float crease = upper + id_.lid_crease_mm * bulge + p.below;
    shade *= 1 - 0.45f * (1 - 0.6f * id_.lid_hooding) * Bell(crease / 0.9f) * Bell(t / 0.75f);
    const float bag = p.below - eye_.lower * bulge - 5.5f;
    shade *= 1 - (0.06f + 0.22f * id_.eye_bag) * Bell(bag / 2.2f) * Bell(t / 0.7f);
    Darken(texel, shade);
  }

  FaceColor Ball(const EyePoint& p, float t, float under_upper) const {
    FaceColor color{0.56f, 0.56f, 0.60f};
    const float shadow = Mix(0.4f, 1, SmoothStep(-0.5f, 3.5f, under_upper));
    Darken(color, (1 - 0.35f * t * t) * shadow);
    Blend(color, {0.20f, 0.20f, 0.42f}, 0.8f * SmoothStep(-0.78f, -0.95f, t));  // tear duct
    const float dx = p.along - iris_x_, dy = p.below - iris_y_;
    const float r = std::sqrt(dx * dx + dy * dy) / id_.iris_radius_mm;
    FaceColor iris = id_.iris_color;
    const float spokes = 0.85f + 0.3f * std::sin(9 * std::atan2(dy, dx)) * (1 - r);
    Darken(iris, spokes * shadow * (1 - 0.65f * SmoothStep(0.72f, 0.98f, r)));
    Blend(iris, {0.008f, 0.008f, 0.008f}, SmoothStep(0.46f, 0.36f, r));
    Blend(color, iris, SmoothStep(1.07f, 0.95f, r));
    const float gx = p.along - glint_x_, gy = p.below - glint_y_;
    Blend(color, {1.2f, 1.2f, 1.2f}, 0.9f * SmoothStep(1.3f, 0.7f, std::sqrt(gx * gx + gy * gy)));
    return color;
  }

  void Lashes(FaceColor& texel, float t, float under_upper, float over_lower) const {
    const float ends = SmoothStep(1.12f, 0.95f, std::abs(t));
    const float width = 0.75f + 0.35f * std::max(0.0f, t);
    const float top = 0.88f * ends * Bell((under_upper + 0.2f) / width);
    const float bottom = 0.45f * ends * Bell(over_lower / 0.6f);
    Blend(texel, {0.012f, 0.012f, 0.014f}, top);
    Darken(texel, 1 - bottom);
  }

  const FaceIdentity& id_;
  const EyeLayout& eye_;
  float sign_, cos_, sin_, iris_x_, iris_y_, glint_x_, glint_y_;
};

void PaintBrow(FaceCanvas& canvas, const FaceIdentity& id, float sign, float brow_y) {
  const float inner = id.eye_spacing_mm - 19 + id.brow_gap_mm;
  const float outer = inner + id.brow_length_mm;
  const float reach = id.brow_thickness_mm + std::abs(id.brow_arch_mm) + 10;
  const ValueNoise strands(MixSeed(id.seed, 5));
  FaceColor hair = id.hair_color;
  for (float& c : hair) c = 0.45f * c + 0.002f;
  const float slope = std::tan(id.brow_slant_rad);
  const auto paint = [&](FaceColor& texel, float x, float y) {
    const float s = (sign * x - inner) / id.brow_length_mm;
    if (s < -0.06f || s > 1.06f) return;
    const float arch = s < 0.62f ? s / 0.62f : (1 - s) / 0.38f;
    const float middle = brow_y - id.brow_arch_mm * std::sin(1.5708f * Clamp01(arch)) -
                         slope * (s - 0.5f) * id.brow_length_mm;
    const float half = 0.5f * id.brow_thickness_mm * Mix(1, 0.35f, SmoothStep(0.45f, 1, s));
    const float off = std::abs(y - middle) / half;
    const float strand = strands((sign * x + 0.9f * (y - middle)) * 0.9f, (y + 100) * 0.35f);
    const float edge = SmoothStep(1.3f, 0.55f, off + 0.5f * (strand - 0.5f));
    const float ends = SmoothStep(-0.06f, 0.1f, s) * SmoothStep(1.06f, 0.8f, s);
    Blend(texel, hair, id.brow_density * edge * ends * (0.75f + 0.4f * (strand - 0.5f)));
  };
  const float x0 = sign > 0 ? inner : -outer, x1 = sign > 0 ? outer : -inner;
  canvas.ForEach(x0 - 3, brow_y - reach, x1 + 3, brow_y + reach, paint);
}

}  // namespace

void PaintEyes(FaceCanvas& canvas, const FaceIdentity& id, const FaceScene& scene,
               const FaceLayout& at) {
  for (const EyeLayout& eye : at.eyes) {
    canvas.ForEach(eye.x - 30, eye.y - 24, eye.x + 30, eye.y + 22, EyePainter(id, scene, eye));
  }
}

void PaintBrows(FaceCanvas& canvas, const FaceIdentity& id, const FaceLayout& at) {
  PaintBrow(canvas, id, -1, at.brow_y[0]);
  PaintBrow(canvas, id, 1, at.brow_y[1]);
}

}  // namespace facet
