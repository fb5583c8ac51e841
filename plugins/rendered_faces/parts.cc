#include "plugins/rendered_faces/parts.h"

#include <cmath>

#include "plugins/rendered_faces/canvas.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

constexpr float kPi = 3.14159265f;
constexpr float kNeckBaseMm = 140;

FaceColor Scaled(FaceColor color, float factor) {
  for (float& c : color) c *= factor;
  return color;
}

// Fills a grid: place(s, t) gives the position and the colour for s across and t down in [0, 1].
template <typename Place>
GridMesh FillGrid(int rows, int cols, Place place) {
  GridMesh mesh(rows, cols);
  mesh.color.resize(mesh.position.size());
  mesh.two_sided = true;
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      const size_t i = mesh.Index(row, col);
      place(static_cast<float>(col) / static_cast<float>(cols - 1),
            static_cast<float>(row) / static_cast<float>(rows - 1), mesh.position[i],
            mesh.color[i]);
    }
  }
  mesh.ComputeNormals();
  return mesh;
}

GridMesh Ear(const FaceIdentity& id, float side) {
  const float c = std::cos(id.ear_angle_rad), s = std::sin(id.ear_angle_rad);
  return FillGrid(11, 11, [&](float across, float down, Vec3& p, FaceColor& color) {
    const float lon = (across - 0.5f) * kPi * side, lat = (down - 0.5f) * kPi;
    const float along = std::sin(lon) * std::cos(lat), out = std::cos(lon) * std::cos(lat);
    const float lobe = 1 - 0.3f * down;
    const float back = -17 * id.ear_size * lobe * along * side - 12;
    const float away = 5 * out + 2;
    p = {side * (71 * id.head_width + away * c - (back + 2) * s),
         12 + 31 * id.ear_size * std::sin(lat), back * c + away * s - 4};
    const float rim = std::sqrt(along * along + std::sin(lat) * std::sin(lat));
    color = Scaled(id.skin_color, 0.55f + 0.45f * SmoothStep(0.35f, 0.8f, rim));
    color[2] *= 1.05f;
  });
}

GridMesh HairCurtain(const FaceIdentity& id, const FaceScene& scene) {
  const ValueNoise strands(MixSeed(id.seed, 19));
  const float front = 1.36f + 0.12f * scene.hair_shift;
  GridMesh mesh = FillGrid(20, 91, [&](float across, float down, Vec3& p, FaceColor& color) {
    // Around the back, from the image's right edge to its left one.
    const float theta = front + across * 2 * (kPi - front);
    const float y = Mix(-75, id.hair_length_mm, down);
    const float wave = id.hair_curl * 5 * std::sin(y * 0.11f + 9 * across) +
                       4 * (strands(across * 20, y / 40) - 0.5f);
    const float above = SmoothStep(-30, -75, y);
    const float radius = 78 * id.head_width + 0.75f * id.hair_volume_mm - 16 * above + wave;
    p = {radius * std::sin(theta), y, -14 + (radius + 20) * std::cos(theta)};
    color = Scaled(id.hair_color, 0.55f + 0.9f * strands(across * 150, y / 45));
  });
  mesh.gloss = 0.12f;
  return mesh;
}

GridMesh Cap(const FaceIdentity& id, const HeadProfile& profile, uint64_t seed) {
  FaceRandom random(seed);
  FaceColor cloth;
  for (float& c : cloth) c = static_cast<float>(std::pow(random.Uniform(0.1, 0.9), 2.2));
  const float band = -0.72f * id.hairline_mm;
  GridMesh mesh = FillGrid(16, 49, [&](float across, float down, Vec3& p, FaceColor& color) {
    const float theta = (across - 0.5f) * 2 * kPi;
    const float tilt = 18 * (1 - std::cos(theta)) * down;
    const float y = Mix(profile.top_y() - 14, band, down * down) + tilt;
    const HeadProfile::Section at = profile.At(Mix(profile.top_y() + 0.5f, band, down * down));
    const float grow = 8 + 0.3f * id.hair_volume_mm + (down > 0.75f ? 3.0f : 0.0f);
    const float middle = (at.front + at.back) / 2, depth = (at.front - at.back) / 2;
    p = {(at.half_width + grow) * HeadProfile::SideShare(theta), y,
         middle + (depth + grow) * HeadProfile::DepthShare(theta)};
    color = Scaled(cloth, down > 0.75f ? 0.7f : 0.9f + 0.1f * std::sin(across * 300));
  });
  return mesh;
}

// A ring of `band_mm` around one eye; a full lens if `filled`.
GridMesh Rim(const EyeLayout& eye, float half_width, float half_height, float band_mm,
             const FaceColor& color, bool filled) {
  const float sign = std::copysign(1.0f, eye.x);
  return FillGrid(filled ? 5 : 2, 33, [&](float across, float down, Vec3& p, FaceColor& c) {
    const float angle = across * 2 * kPi;
    const float grow = filled ? down : 1 + (down - 0.5f) * 2 * band_mm / half_width;
    const float cs = std::cos(angle), sn = std::sin(angle);
    const float square = std::pow(std::abs(cs), 2.6f) + std::pow(std::abs(sn), 2.6f);
    const float r = grow / std::pow(square, 1 / 2.6f);
    const float x = eye.x + sign * 1.5f + half_width * r * cs, y = 3 + half_height * r * sn;
    p = {x, y, 101 - 0.0042f * x * x};
    c = color;
  });
}

GridMesh Ribbon(Vec3 from, Vec3 to, float half_height, const FaceColor& color) {
  return FillGrid(2, 9, [&](float across, float down, Vec3& p, FaceColor& c) {
    p = from + across * (to - from) + Vec3{0, (down - 0.5f) * 2 * half_height, 0};
    c = color;
  });
}

void AddGlasses(std::vector<GridMesh>& parts, const FaceScene& scene, const FaceLayout& at,
                const FaceIdentity& id) {
  FaceRandom random(MixSeed(scene.seed, 3));
  const bool sun = scene.occluder == Occluder::kSunglasses;
  const float dark = static_cast<float>(random.Chance(0.7) ? 0.015 : random.Uniform(0.05, 0.3));
  const FaceColor frame{dark, dark * 0.9f, dark * 1.1f};
  const float half_width = static_cast<float>(random.Uniform(22, 26)),
              height = static_cast<float>(random.Uniform(14, 20));
  const float band = static_cast<float>(random.Uniform(0.7, sun ? 2.2 : 1.7));
  for (const EyeLayout& eye : at.eyes) {
    parts.push_back(Rim(eye, half_width, height, band, frame, false));
    parts.back().gloss = 0.5f;
    if (sun) {
      parts.push_back(Rim(eye, half_width, height, band, {0.02f, 0.02f, 0.02f}, true));
      parts.back().gloss = 0.6f;
    }
    const float sign = std::copysign(1.0f, eye.x);
    const float outer = eye.x + sign * (half_width + 1.5f);
    const Vec3 hinge{outer, -2, 101 - 0.0042f * outer * outer};
    parts.push_back(Ribbon(hinge, {sign * (74 * id.head_width + 3), -2, -5}, 1.6f, frame));
  }
  parts.push_back(Ribbon({at.eyes[0].x + half_width - 2, 0, 100},
                         {at.eyes[1].x - half_width + 2, 0, 100}, 1.3f, frame));
}

GridMesh Mask(const FaceLayout& at, const HeadProfile& profile, uint64_t seed) {
  FaceRandom random(seed);
  const bool white = random.Chance(0.4);
  const FaceColor cloth = white ? FaceColor{0.75f, 0.75f, 0.75f}
                                : FaceColor{static_cast<float>(random.Uniform(0.05, 0.7)),
                                            static_cast<float>(random.Uniform(0.05, 0.5)),
                                            static_cast<float>(random.Uniform(0.05, 0.4))};
  return FillGrid(22, 41, [&](float across, float down, Vec3& p, FaceColor& color) {
    const float theta = (across - 0.5f) * 2.7f;
    const float y = Mix(22 - 4 * std::cos(theta * 2), at.chin_y + at.jaw_drop + 2, down);
    const HeadProfile::Section s = profile.At(std::min(y, profile.chin_y() - 4));
    const float middle = (s.front + s.back) / 2, depth = (s.front - s.back) / 2;
    const float ridge = 30 * Bell(theta / 0.28f) * SmoothStep(1, 0.25f, down) + 7;
    p = {(s.half_width + 3) * HeadProfile::SideShare(theta), y,
         middle + depth * HeadProfile::DepthShare(theta) + ridge * std::cos(theta)};
    color = Scaled(cloth, 0.85f + 0.15f * std::cos(down * 26));
  });
}

}  // namespace

std::vector<GridMesh> BuildHeadParts(const FaceIdentity& id, const FaceScene& scene,
                                     const FaceLayout& at, const HeadProfile& profile) {
  std::vector<GridMesh> parts;
  parts.push_back(Ear(id, -1));
  parts.push_back(Ear(id, 1));
  if (id.hair_length_mm > 0) parts.push_back(HairCurtain(id, scene));
  if (scene.hat) parts.push_back(Cap(id, profile, MixSeed(scene.seed, 4)));
  if (scene.glasses || scene.occluder == Occluder::kSunglasses) AddGlasses(parts, scene, at, id);
  if (scene.occluder == Occluder::kMask) parts.push_back(Mask(at, profile, MixSeed(scene.seed, 5)));
  return parts;
}

std::vector<GridMesh> BuildBody(const FaceIdentity& id, const FaceScene& scene) {
  FaceRandom random(MixSeed(scene.clothes_seed, 2));
  FaceColor cloth, stripe;
  for (float& c : cloth) c = static_cast<float>(std::pow(random.Uniform(0.08, 0.95), 2.2));
  for (float& c : stripe) c = static_cast<float>(std::pow(random.Uniform(0.08, 0.95), 2.2));
  const float period = random.Chance(0.35) ? static_cast<float>(random.Uniform(12, 40)) : 0;
  const bool vertical = random.Chance(0.4), v_neck = random.Chance(0.5);
  const float neckline = static_cast<float>(random.Uniform(6, 55));
  std::vector<GridMesh> body;
  body.push_back(FillGrid(14, 33, [&](float across, float down, Vec3& p, FaceColor& color) {
    const float theta = (across - 0.5f) * 2 * kPi;
    const float spread = 1 + 0.5f * SmoothStep(0.55f, 1, down);
    p = {54 * id.neck_width * spread * std::sin(theta), Mix(55, 190, down),
         -22 - 14 * down + 52 * id.neck_width * std::cos(theta)};
    color = Scaled(id.skin_color, 0.92f);
  }));
  body.push_back(FillGrid(30, 61, [&](float across, float down, Vec3& p, FaceColor& color) {
    const float a = (across - 0.5f) * 2;
    const float b = std::abs(a);
    const float shoulder = kNeckBaseMm + 62 * b + 70 * SmoothStep(0.72f, 1, b);
    p = {220 * a, shoulder + 260 * down, -65 + 90 * std::pow(down, 0.4f) * (1 - 0.45f * a * a)};
    const float lower = v_neck ? 20 + neckline * 1.4f - 300 * b : 20 + neckline - 700 * a * a;
    const float depth = p.y - kNeckBaseMm;
    color = cloth;
    if (period > 0 && std::fmod((vertical ? p.x + 300 : p.y), period) < period / 2) color = stripe;
    if (depth < lower) color = Scaled(id.skin_color, 0.92f);
  }));
  return body;
}

}  // namespace facet
