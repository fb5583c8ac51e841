#include "plugins/rendered_faces/identity.h"

#include <algorithm>
#include <cmath>

#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

float Gauss(FaceRandom& random, double mean, double sigma) {
  return static_cast<float>(random.Normal(mean, sigma));
}

float Clamp(double value, double low, double high) {
  return static_cast<float>(std::min(high, std::max(low, value)));
}

// Groups of people differ in several parameters at once; these say where in them a person lies.
struct Latents {
  double masculine;  // 0 .. 1
  double age;        // 0 (20 years) .. 1 (70 years)
  double melanin;    // 0 .. 1
};

FaceColor MixLog(const FaceColor& a, const FaceColor& b, double t) {
  FaceColor out;
  for (int c = 0; c < 3; ++c) out[c] = static_cast<float>(a[c] * std::pow(b[c] / a[c], t));
  return out;
}

void DrawHead(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  id.head_width = Gauss(random, 0.985 + 0.03 * who.masculine, 0.035);
  id.head_height = Gauss(random, 1.0, 0.04);
  id.jaw_width = Gauss(random, 0.95 + 0.08 * who.masculine, 0.06);
  id.chin_width = Gauss(random, 0.92 + 0.14 * who.masculine, 0.13);
  id.chin_drop_mm = Gauss(random, -3 + 6 * who.masculine, 5.0);
  id.chin_forward_mm = Gauss(random, 0, 3.0);
  id.forehead_slope_mm = Gauss(random, 6 + 6 * who.masculine, 4.0);
  id.cheekbone_mm = Gauss(random, 0, 2.6);
  id.cheek_fullness_mm = Gauss(random, 0.5 - 2 * who.age, 3.2);
  id.brow_ridge_mm = Gauss(random, -1 + 3 * who.masculine, 1.6);
  id.temple_mm = Gauss(random, 0, 1.8);
  id.chin_cleft_mm = random.Chance(0.2) ? Clamp(random.Uniform(0.5, 2.5), 0, 3) : 0;
  id.asymmetry_mm = Gauss(random, 0, 0.9);
  id.ear_size = Gauss(random, 0.97 + 0.06 * who.masculine + 0.05 * who.age, 0.09);
  id.ear_angle_rad = Clamp(random.Normal(0.4, 0.16), 0.08, 0.9);
  id.neck_width = Gauss(random, 0.88 + 0.2 * who.masculine, 0.06);
}

void DrawEyes(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  id.eye_spacing_mm = Gauss(random, 32, 1.9);
  id.eye_width_mm = Gauss(random, 29.5, 1.9);
  id.eye_opening_mm = Gauss(random, 11.0 - 0.8 * who.masculine - 0.8 * who.age, 1.3);
  id.eye_slant_rad = Gauss(random, 0.05, 0.065);
  id.eye_depth_mm = Gauss(random, 0, 2.0);
  id.lid_crease_mm = Clamp(random.Normal(3.6, 1.2), 1.2, 7);
  id.lid_hooding = Clamp(random.Normal(0.25 + 0.3 * who.age, 0.3), 0, 1);
  id.eye_bag = Clamp(random.Normal(0.1 + 0.5 * who.age, 0.25), 0, 1);
  id.iris_radius_mm = Gauss(random, 6.0, 0.3);
  constexpr FaceColor kBrown{0.015f, 0.03f, 0.07f}, kBlue{0.30f, 0.22f, 0.13f},
      kGreen{0.09f, 0.17f, 0.14f};
  const bool dark = random.Chance(0.35 + 0.65 * std::min(1.0, 2.2 * who.melanin));
  id.iris_color = dark ? MixLog(kBrown, kGreen, random.Uniform(0, 0.5))
                       : MixLog(kBlue, kGreen, random.Uniform(0, 1));
  id.brow_height_mm = Gauss(random, 19 - 3.5 * who.masculine, 2.0);
  id.brow_thickness_mm = Clamp(random.Normal(6 + 2.8 * who.masculine, 1.7), 2.5, 13);
  id.brow_length_mm = Gauss(random, 42, 3.0);
  id.brow_arch_mm = Gauss(random, 4.0 - 1.8 * who.masculine, 1.8);
  id.brow_slant_rad = Gauss(random, 0.05, 0.09);
  id.brow_density = Clamp(random.Normal(0.78, 0.15), 0.3, 1);
  id.brow_gap_mm = Gauss(random, 1.0 - 1.5 * who.masculine, 2.6);
}

void DrawNoseAndMouth(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  id.nose_length_mm = Gauss(random, 45 + 2 * who.masculine + 1.5 * who.age, 3.2);
  id.nose_width_mm = Gauss(random, 31 + 2.5 * who.masculine + 5 * who.melanin, 2.8);
  id.nose_bridge_width = Gauss(random, 1.0 + 0.08 * who.melanin, 0.16);
  id.nose_bridge_height_mm = Gauss(random, 1.2 - 2.5 * who.melanin, 1.9);
  id.nose_tip_mm = Gauss(random, 0, 3.0);
  id.nose_hump_mm = Gauss(random, 0, 1.5);
  id.nose_tip_lift_mm = Gauss(random, 0.5 - who.age, 1.8);
  id.nose_tip_width = Gauss(random, 1, 0.15);
  id.nostril_size = Gauss(random, 1, 0.16);
  id.nose_bend_mm = Gauss(random, 0, 0.8);
  id.mouth_drop_mm = id.nose_length_mm + Gauss(random, 21.5 + who.age, 2.3);
  id.mouth_width_mm = Gauss(random, 50 + 2 * who.masculine, 4.0);
  id.upper_lip_mm = Clamp(
      random.Normal(7.2 - 1.6 * who.masculine - 1.5 * who.age + 2 * who.melanin, 1.5), 2.5, 13);
  id.lower_lip_mm =
      Clamp(random.Normal(9.5 - 1.4 * who.masculine - who.age + 2 * who.melanin, 1.6), 4, 15);
  id.lip_bow_mm = Clamp(random.Normal(1.4, 0.8), 0, 3.5);
  id.mouth_curve_mm = Gauss(random, -0.8 * who.age, 1.3);
  id.lip_forward_mm = Gauss(random, 1.5 * who.melanin, 1.4);
  id.philtrum_depth = Clamp(random.Normal(0.5, 0.3), 0, 1);
}

void DrawSkin(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  constexpr FaceColor kLight{0.44f, 0.53f, 0.76f}, kDark{0.045f, 0.075f, 0.15f};
  id.skin_color = MixLog(kLight, kDark, who.melanin);
  const float yellow = Gauss(random, 1, 0.07), light = Gauss(random, 1, 0.05);
  id.skin_color[0] *= yellow * light;
  id.skin_color[1] *= light;
  id.skin_color[2] *= light;
  id.skin_redness = Clamp(random.Normal(0.45, 0.25), 0, 1);
  id.skin_blotches = Clamp(random.Normal(0.3 + 0.3 * who.age, 0.2), 0, 1);
  id.skin_gloss = Clamp(random.Normal(0.22, 0.1), 0.02, 0.5);
  const double lipstick = random.Chance(0.5 * (1 - who.masculine)) ? random.Uniform(0.3, 0.9) : 0;
  const double natural = random.Uniform(0.5, 0.8);
  for (int c = 0; c < 3; ++c) {
    const double bare = id.skin_color[c] * (c == 2 ? 0.85 : natural * 0.85);
    const double paint = c == 2 ? 0.45 : 0.08;
    id.lip_color[c] = static_cast<float>(bare + (paint - bare) * lipstick);
  }
  id.freckles = random.Chance(0.25 * (1 - who.melanin)) ? Clamp(random.Uniform(0.2, 1), 0, 1) : 0;
  id.wrinkles = Clamp(random.Normal(0.9 * who.age, 0.2), 0, 1);
  id.nasolabial = Clamp(random.Normal(0.15 + 0.6 * who.age, 0.18), 0, 1);
  id.forehead_lines = Clamp(random.Normal(1.1 * who.age - 0.3, 0.2), 0, 1);
  id.dimples = random.Chance(0.25) ? 1 : 0;
  const int marks = random.Chance(0.75) ? 1 + random.Index(4) : 0;
  for (int i = 0; i < marks; ++i) {
    FaceMark mark;
    mark.x_mm = static_cast<float>(random.Uniform(-55, 55));
    mark.y_mm = static_cast<float>(random.Uniform(-48, 95));
    mark.radius_mm = static_cast<float>(0.9 + 1.9 * random.Uniform() * random.Uniform());
    const bool scar = random.Chance(0.15);
    mark.elongation = scar ? static_cast<float>(random.Uniform(4, 9)) : 1;
    mark.angle_rad = static_cast<float>(random.Uniform(0, M_PI));
    mark.strength = scar ? -0.3f : static_cast<float>(random.Uniform(0.45, 0.85));
    id.marks.push_back(mark);
  }
}

void DrawHairStyle(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  const bool male = who.masculine > 0.5;
  if (!male) {
    const double pick = random.Uniform();
    id.hair_style = pick < 0.5    ? HairStyle::kLong
                    : pick < 0.75 ? HairStyle::kLongFringe
                    : pick < 0.9  ? HairStyle::kShort
                                  : HairStyle::kFringe;
  } else if (random.Chance(0.1 + 0.2 * who.age)) {
    id.hair_style = HairStyle::kBald;
  } else {
    const double pick = random.Uniform();
    id.hair_style = pick < 0.3 * who.age + 0.1 ? HairStyle::kReceding
                    : pick < 0.85              ? HairStyle::kShort
                    : pick < 0.96              ? HairStyle::kFringe
                                               : HairStyle::kLong;
  }
}

void DrawHair(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  constexpr FaceColor kBlack{0.008f, 0.009f, 0.011f}, kBrown{0.025f, 0.05f, 0.10f},
      kBlond{0.17f, 0.32f, 0.46f}, kRed{0.03f, 0.08f, 0.25f}, kGray{0.42f, 0.42f, 0.42f};
  const double light = random.Uniform() * (1 - std::min(1.0, 1.6 * who.melanin));
  id.hair_color =
      light < 0.5 ? MixLog(kBlack, kBrown, 2 * light) : MixLog(kBrown, kBlond, 2 * light - 1);
  if (random.Chance(0.05 * (1 - who.melanin))) id.hair_color = kRed;
  const double gray = Clamp(random.Normal(1.5 * who.age - 0.75, 0.25), 0, 0.9);
  id.hair_color = MixLog(id.hair_color, kGray, gray);
  DrawHairStyle(random, who, id);
  const bool is_long = id.hair_style == HairStyle::kLong || id.hair_style == HairStyle::kLongFringe;
  id.hair_volume_mm = Clamp(random.Normal(is_long ? 15 : 11, 4), 3, 26);
  id.hairline_mm = Clamp(random.Normal(63, 4.5), 53, 76);
  id.hairline_peak_mm = random.Chance(0.3) ? Clamp(random.Uniform(2, 8), 0, 8) : 0;
  id.hairline_corner_mm = Clamp(random.Normal(8 * who.masculine * who.age + 1, 3), 0, 16);
  if (id.hair_style == HairStyle::kReceding) {
    id.hairline_mm = Clamp(random.Normal(76, 5), 68, 90);
    id.hairline_corner_mm = Clamp(random.Normal(16, 4), 8, 26);
  }
  id.hair_parting = Gauss(random, 0, 0.5);
  id.hair_curl = Clamp(random.Normal(0.3 + 0.5 * who.melanin, 0.3), 0, 1);
  id.hair_length_mm = is_long ? Clamp(random.Normal(105, 40), 45, 190) : 0;
  id.sideburn_mm = Gauss(random, -4 + 10 * who.masculine, 5);
}

void DrawFacialHair(FaceRandom& random, const Latents& who, FaceIdentity& id) {
  if (who.masculine < 0.5) return;
  const double pick = random.Uniform();
  id.stubble = Clamp(random.Normal(0.3, 0.25), 0, 1);
  if (pick < 0.16) {
    id.beard = Clamp(random.Uniform(0.5, 0.95), 0, 1);
    id.moustache = id.goatee = id.beard;
  } else if (pick < 0.24) {
    id.moustache = Clamp(random.Uniform(0.5, 0.95), 0, 1);
  } else if (pick < 0.33) {
    id.goatee = Clamp(random.Uniform(0.5, 0.9), 0, 1);
    id.moustache = random.Chance(0.6) ? id.goatee : 0;
  }
}

}  // namespace

FaceIdentity DrawIdentity(uint64_t seed) {
  FaceRandom random(MixSeed(seed, 101));
  Latents who;
  who.masculine = random.Chance(0.5) ? random.Uniform(0, 0.4) : random.Uniform(0.6, 1);
  who.age = std::pow(random.Uniform(), 1.3);
  who.melanin = random.Chance(0.6) ? random.Uniform(0, 0.35) : random.Uniform(0.2, 1);
  FaceIdentity id;
  id.seed = MixSeed(seed, 102);
  DrawHead(random, who, id);
  DrawEyes(random, who, id);
  DrawNoseAndMouth(random, who, id);
  DrawSkin(random, who, id);
  DrawHair(random, who, id);
  DrawFacialHair(random, who, id);
  return id;
}

}  // namespace facet
