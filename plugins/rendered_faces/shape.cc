#include "plugins/rendered_faces/shape.h"

#include <algorithm>
#include <cmath>

namespace facet {
namespace {

constexpr float kPi = 3.14159265f;
constexpr float kCapBottomMm = -40, kCapHeightMm = 80;
constexpr float kSectionExponent = 0.9f;  // 2 / n of a superellipse |x|^n + |z|^n = 1

float SignedPower(float base, float exponent) {
  return std::copysign(std::pow(std::abs(base), exponent), base);
}

std::vector<std::pair<float, float>> HalfWidthKnots(const FaceIdentity& id) {
  const float head = id.head_width, jaw = id.head_width * id.jaw_width;
  const float low = jaw * id.chin_width, drop = id.chin_drop_mm;
  return {{-40, 76 * head},
          {-18, 74.5f * head + id.temple_mm},
          {8, 73 * head},
          {28, 71 * head + 0.6f * id.cheekbone_mm},
          {48, Mix(66.5f * head, 66.5f * jaw, 0.4f)},
          {66, 61 * jaw},
          {82, 53.5f * jaw},
          {94 + 0.6f * drop, 44.5f * Mix(jaw, low, 0.5f)},
          {104 + 0.9f * drop, 33.5f * low},
          {111 + drop, 22.5f * low},
          {115 + drop, 11 * low},
          {117 + drop, 0}};
}

}  // namespace

FaceLayout LayOutFace(const FaceIdentity& id, const FaceExpression& ex) {
  FaceLayout out;
  for (int side = 0; side < 2; ++side) {
    const float sign = side == 0 ? -1.0f : 1.0f;
    EyeLayout& eye = out.eyes[side];
    eye.x = sign * id.eye_spacing_mm;
    eye.y = sign * 0.5f * id.asymmetry_mm;
    eye.half_width = id.eye_width_mm / 2;
    const float open = (1 - 0.97f * ex.blink) * (1 - 0.35f * ex.squint);
    const float smile = std::max(0.0f, ex.smile);
    eye.upper = 0.62f * id.eye_opening_mm * open * (1 + 0.12f * ex.brow_raise);
    eye.lower = 0.38f * id.eye_opening_mm * (1 - 0.6f * ex.blink) * (1 - 0.45f * ex.squint) *
                (1 - 0.25f * smile);
    eye.slant_rad = id.eye_slant_rad;
    out.brow_y[side] = eye.y - id.brow_height_mm - 4.5f * ex.brow_raise + 1.5f * ex.squint;
  }
  const float smile = std::max(0.0f, ex.smile);
  out.nose_x = id.nose_bend_mm;
  out.nose_tip_y = id.nose_length_mm - 7 - id.nose_tip_lift_mm;
  out.nose_base_y = id.nose_length_mm;
  out.nose_half_width = id.nose_width_mm / 2 * (1 + 0.08f * smile);
  out.mouth_x = 0.6f * id.asymmetry_mm;
  out.mouth_y = id.mouth_drop_mm - 1.5f * smile;
  out.mouth_half_width = id.mouth_width_mm / 2 * (1 + 0.2f * smile - 0.1f * ex.mouth_open);
  out.corner_lift = id.mouth_curve_mm + 4.5f * ex.smile;
  out.mouth_gap = 10 * ex.mouth_open + 3.0f * std::max(0.0f, smile - 0.4f);
  out.upper_lip = id.upper_lip_mm * (1 - 0.25f * smile);
  out.lower_lip = id.lower_lip_mm * (1 - 0.2f * smile);
  out.hairline_y = -id.hairline_mm;
  out.chin_y = 117 + id.chin_drop_mm;
  out.jaw_drop = 11 * ex.mouth_open;
  return out;
}

HeadProfile::HeadProfile(const FaceIdentity& id)
    : half_width_(HalfWidthKnots(id)),
      front_({{-40, 93 - 0.4f * id.forehead_slope_mm},
              {-25, 94},
              {-10, 90.5f},
              {5, 87},
              {20, 87},
              {40, 89},
              {55, 90.5f},
              {68, 91},
              {80, 88.5f},
              {92, 88.5f},
              {102 + id.chin_drop_mm, 89},
              {110 + id.chin_drop_mm, 86},
              {114 + id.chin_drop_mm, 80},
              {117 + id.chin_drop_mm, 70}}),
      back_({{-40, -97},
             {0, -95},
             {30, -84},
             {50, -55},
             {70, -15},
             {85, 14},
             {100, 38},
             {110 + id.chin_drop_mm, 54},
             {117 + id.chin_drop_mm, 66}}),
      top_y_(kCapBottomMm - kCapHeightMm * id.head_height),
      chin_y_(117 + id.chin_drop_mm),
      cap_half_width_(half_width_(kCapBottomMm)),
      cap_front_(front_(kCapBottomMm)),
      cap_back_(back_(kCapBottomMm)),
      forehead_slope_mm_(id.forehead_slope_mm) {}

HeadProfile::Section HeadProfile::At(float y) const {
  if (y >= kCapBottomMm) return {y, half_width_(y), front_(y), back_(y)};
  const float rise = (kCapBottomMm - y) / (kCapBottomMm - top_y_);
  const float share = std::sqrt(std::max(0.0f, 1 - rise * rise));
  const float front = cap_front_ * share - forehead_slope_mm_ * rise * (1 - rise) * 2;
  return {y, cap_half_width_ * share, front, cap_back_ * share};
}

float HeadProfile::SideShare(float theta) { return SignedPower(std::sin(theta), kSectionExponent); }

float HeadProfile::DepthShare(float theta) {
  return SignedPower(std::cos(theta), kSectionExponent);
}

float HeadGrid::Theta(float u) {
  const float half = kCols / 2.0f;
  const float from_middle = u - half;
  const float front = kFrontCells / 2.0f;
  if (std::abs(from_middle) <= front) return from_middle / front * kFrontTheta;
  const float beyond = (std::abs(from_middle) - front) / kSideCells;
  return std::copysign(kFrontTheta + beyond * (kPi - kFrontTheta), from_middle);
}

float HeadGrid::ColumnOf(float theta) {
  const float half = kCols / 2.0f, front = kFrontCells / 2.0f;
  if (std::abs(theta) <= kFrontTheta) return half + theta / kFrontTheta * front;
  const float beyond = (std::abs(theta) - kFrontTheta) / (kPi - kFrontTheta);
  return half + std::copysign(front + beyond * kSideCells, theta);
}

float HeadGrid::Height(float v, const HeadProfile& profile) {
  if (v >= kCapCells) {
    return kFaceTopMm + (v - kCapCells) / kFaceCells * (profile.chin_y() - kFaceTopMm);
  }
  const float height = kCapBottomMm - profile.top_y();
  const float end = std::acos((kCapBottomMm - kFaceTopMm) / height);
  return kCapBottomMm - height * std::cos(std::max(0.0f, v) / kCapCells * end);
}

float HeadGrid::RowOf(float y, const HeadProfile& profile) {
  if (y >= kFaceTopMm) {
    return kCapCells + (y - kFaceTopMm) / (profile.chin_y() - kFaceTopMm) * kFaceCells;
  }
  const float height = kCapBottomMm - profile.top_y();
  const float end = std::acos((kCapBottomMm - kFaceTopMm) / height);
  return std::acos(std::min(1.0f, (kCapBottomMm - y) / height)) / end * kCapCells;
}

float HairlineAt(const FaceIdentity& id, float theta) {
  constexpr float kDegree = kPi / 180;
  const float angle = std::abs(theta) / kDegree;
  const float top = -id.hairline_mm;
  const KnotCurve curve({{0, top},
                         {22, top - 1},
                         {42, top + 6},
                         {56, -38},
                         {66, -16},
                         {74, 6 + id.sideburn_mm},
                         {86, 14 + id.sideburn_mm},
                         {102, 34},
                         {120, 70},
                         {180, 82}});
  return curve(angle) + id.hairline_peak_mm * Bell(theta / (9 * kDegree)) -
         id.hairline_corner_mm * Bell((angle - 32) / 13);
}

}  // namespace facet
