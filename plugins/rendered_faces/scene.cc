#include "plugins/rendered_faces/scene.h"

#include <algorithm>
#include <cmath>

#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

constexpr double kDegree = M_PI / 180;

float Gauss(FaceRandom& random, double mean, double sigma) {
  return static_cast<float>(random.Normal(mean, sigma));
}
float Range(FaceRandom& random, double low, double high) {
  return static_cast<float>(random.Uniform(low, high));
}

std::array<float, 3> Direction(double azimuth, double elevation) {
  return {static_cast<float>(std::sin(azimuth) * std::cos(elevation)),
          static_cast<float>(-std::sin(elevation)),
          static_cast<float>(std::cos(azimuth) * std::cos(elevation))};
}

// Colour of a light between warm (-1) and cool (1), with luminance `power`.
FaceColor LightColor(double power, double warmth, double tint) {
  return {static_cast<float>(power * std::exp(0.30 * warmth)),
          static_cast<float>(power * std::exp(0.08 * tint)),
          static_cast<float>(power * std::exp(-0.22 * warmth))};
}

void DrawExpression(FaceRandom& random, double amount, FaceExpression& out) {
  const double mood = random.Uniform();
  if (mood < 0.5) out.smile = Range(random, 0.2, 1);
  if (mood > 0.92) out.smile = Range(random, -0.7, -0.2);
  if (random.Chance(0.35)) out.mouth_open = Range(random, 0, 0.7) * Range(random, 0.2, 1);
  out.brow_raise = Gauss(random, 0.05, 0.3);
  if (random.Chance(0.04)) out.blink = Range(random, 0.5, 1);
  out.squint = std::max(0.0f, Gauss(random, 0.1 + 0.15 * out.smile, 0.2));
  out.gaze_x = Gauss(random, 0, 0.3);
  out.gaze_y = Gauss(random, 0, 0.2);
  const float factor = static_cast<float>(amount);
  for (float* weight : {&out.smile, &out.mouth_open, &out.brow_raise, &out.squint})
    *weight *= factor;
}

void DrawLight(FaceRandom& random, double amount, FaceScene& out) {
  const double azimuth = amount * random.Normal(0, 42 * kDegree, 2.0);
  const double elevation = Gauss(random, 28, 16) * kDegree;
  out.light_direction = Direction(azimuth, elevation);
  out.fill_direction = Direction(-azimuth + amount * random.Normal(0, 0.4), 0.2 * elevation);
  const double share = 0.45 + amount * random.Uniform(-0.25, 0.3);  // of the key light
  const double warmth = amount * random.Normal(0, 0.55), tint = amount * random.Normal(0, 0.6);
  out.light_color = LightColor(1.25 * share, warmth, tint);
  out.ambient_color = LightColor(0.75 * (1 - share), warmth + amount * random.Normal(0, 0.5), tint);
  out.fill_color = LightColor(amount * random.Uniform(0, 0.3), amount * random.Normal(0, 0.7), 0);
  out.exposure = static_cast<float>(std::exp(amount * random.Normal(0, 0.26)));
  out.contrast = static_cast<float>(1 + amount * random.Normal(0, 0.1));
  out.saturation = static_cast<float>(std::max(0.0, 1 + amount * random.Normal(-0.05, 0.22)));
  if (random.Chance(0.04 * amount)) out.saturation = 0;
}

void DrawCamera(FaceRandom& random, const SceneStyle& style, FaceScene& out) {
  out.face_share = Range(random, style.face_share_min, style.face_share_max);
  out.center_x = 0.5f + Gauss(random, 0, style.shift_sigma);
  out.center_y = 0.5f + Gauss(random, 0, style.shift_sigma);
  out.camera_distance_mm = static_cast<float>(700 * std::exp(random.Uniform(0, 1.4)));
  out.blur_px = static_cast<float>(0.35 + style.blur_max_px * std::pow(random.Uniform(), 2));
  if (random.Chance(0.1)) out.motion_px = Range(random, 1, 1 + 3 * style.blur_max_px);
  out.motion_angle_rad = Range(random, 0, M_PI);
  out.noise = static_cast<float>(style.noise_max * std::pow(random.Uniform(), 2));
  out.jpeg_quality =
      style.jpeg_quality_min + random.Index(style.jpeg_quality_max - style.jpeg_quality_min + 1);
}

void DrawExtras(FaceRandom& random, const SceneStyle& style, FaceScene& out) {
  constexpr Occluder kKinds[] = {Occluder::kSunglasses, Occluder::kMask, Occluder::kHand,
                                 Occluder::kBlock};
  const bool occluded = random.Chance(style.occlusion);
  const int kind = random.Index(4);
  if (occluded) out.occluder = kKinds[kind];
  const bool accessory = random.Chance(style.accessories);
  (random.Chance(0.65) ? out.glasses : out.hat) = accessory;
  out.hair_shift = Range(random, -1, 1);
}

// A smooth walk in [-1, 1]-ish around zero with unit-order variance, at `position` in [0, 1].
double Drift(FaceRandom& random, double position) {
  double value = 0;
  for (int wave = 1; wave <= 3; ++wave) {
    value += random.Normal(0, 0.7 / wave) *
             std::sin(2 * M_PI * (0.6 * wave * position + random.Uniform()));
  }
  return value;
}

}  // namespace

FaceScene DrawScene(uint64_t seed, const SceneStyle& style) {
  FaceRandom random(MixSeed(seed, 201));
  FaceScene out;
  out.seed = MixSeed(seed, 202);
  out.background_seed = MixSeed(seed, 203);
  out.clothes_seed = MixSeed(seed, 204);
  out.yaw_rad = Gauss(random, 0, style.yaw_sigma_deg * kDegree);
  out.pitch_rad = Gauss(random, 0, style.pitch_sigma_deg * kDegree);
  out.roll_rad = Gauss(random, 0, style.roll_sigma_deg * kDegree);
  DrawExpression(random, style.expression, out.expression);
  DrawLight(random, style.lighting, out);
  DrawCamera(random, style, out);
  DrawExtras(random, style, out);
  return out;
}

FaceScene DriftScene(uint64_t seed, int frame, int num_frames, const SceneStyle& style) {
  FaceScene out = DrawScene(seed, style);
  const double position = num_frames > 1 ? static_cast<double>(frame) / (num_frames - 1) : 0;
  FaceRandom random(MixSeed(seed, 205));
  out.yaw_rad += static_cast<float>(style.yaw_sigma_deg * kDegree * Drift(random, position));
  out.pitch_rad += static_cast<float>(style.pitch_sigma_deg * kDegree * Drift(random, position));
  out.roll_rad +=
      static_cast<float>(0.5 * style.roll_sigma_deg * kDegree * Drift(random, position));
  out.center_x += static_cast<float>(style.shift_sigma * Drift(random, position));
  out.center_y += static_cast<float>(style.shift_sigma * Drift(random, position));
  out.face_share *= static_cast<float>(1 + 0.06 * Drift(random, position));
  FaceExpression& face = out.expression;
  const auto vary = [&](float value, double amount, double low) {
    const double drifted = value + style.expression * amount * Drift(random, position);
    return static_cast<float>(std::min(1.0, std::max(low, drifted)));
  };
  face.smile = vary(face.smile, 0.25, -1);
  face.mouth_open = vary(face.mouth_open, 0.25, 0);
  face.brow_raise = vary(face.brow_raise, 0.2, -1);
  face.gaze_x = vary(face.gaze_x, 0.3, -1);
  out.seed = MixSeed(out.seed, static_cast<uint64_t>(frame));
  return out;
}

}  // namespace facet
