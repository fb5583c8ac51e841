#include "core/api/geometry.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"

namespace facet {
namespace {

struct SchemeInfo {
  LandmarkScheme scheme;
  const char* name;
  int num_points;
};
constexpr SchemeInfo kSchemes[] = {
    {LandmarkScheme::kNone, "none", 0},          {LandmarkScheme::kEyes2, "eyes2", 2},
    {LandmarkScheme::kPoints5, "points5", 5},    {LandmarkScheme::kPoints9, "points9", 9},
    {LandmarkScheme::kPoints68, "points68", 68},
};
struct PoseInfo {
  Pose pose;
  const char* name;
};
constexpr PoseInfo kPoses[] = {{Pose::kUnknown, "unknown"},
                               {Pose::kFrontal, "frontal"},
                               {Pose::kLeft, "left"},
                               {Pose::kRight, "right"}};

Point Mean(const std::vector<Point>& points, size_t first, size_t last) {
  Point sum;
  for (size_t i = first; i <= last; ++i) {
    sum.x += points[i].x;
    sum.y += points[i].y;
  }
  const double count = static_cast<double>(last - first + 1);
  return {sum.x / count, sum.y / count};
}

// One step down: 68 -> 9 -> 5 -> 2. Indices of 300-W, 0-based: eyes 36-41 and 42-47 with their
// corners at 36, 39, 42, 45; nostrils 31-35; nose tip 30; mouth corners 48 and 54.
Landmarks StepDown(const Landmarks& from) {
  const std::vector<Point>& p = from.points;
  switch (from.scheme) {
    case LandmarkScheme::kPoints68:
      return {LandmarkScheme::kPoints9,
              {p[36], p[39], p[42], p[45], p[31], p[30], p[35], p[48], p[54]}};
    case LandmarkScheme::kPoints9:
      return {LandmarkScheme::kPoints5, {Mean(p, 0, 1), Mean(p, 2, 3), p[5], p[7], p[8]}};
    default:
      return {LandmarkScheme::kEyes2, {p[0], p[1]}};
  }
}

}  // namespace

double IntersectionOverUnion(const Box& a, const Box& b) {
  const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0.0;
  const double intersection = width * height;
  return intersection / (a.width * a.height + b.width * b.height - intersection);
}

std::string_view PoseName(Pose pose) {
  for (const PoseInfo& info : kPoses) {
    if (info.pose == pose) return info.name;
  }
  return "unknown";
}

absl::StatusOr<Pose> PoseFromName(std::string_view name) {
  for (const PoseInfo& info : kPoses) {
    if (info.name == name) return info.pose;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no pose \"", std::string(name), "\"; known: unknown, frontal, left, right"));
}

int NumPoints(LandmarkScheme scheme) {
  for (const SchemeInfo& info : kSchemes) {
    if (info.scheme == scheme) return info.num_points;
  }
  return 0;
}

std::string_view LandmarkSchemeName(LandmarkScheme scheme) {
  for (const SchemeInfo& info : kSchemes) {
    if (info.scheme == scheme) return info.name;
  }
  return "none";
}

absl::StatusOr<LandmarkScheme> LandmarkSchemeFromName(std::string_view name) {
  for (const SchemeInfo& info : kSchemes) {
    if (info.name == name) return info.scheme;
  }
  return absl::InvalidArgumentError(absl::StrCat("no landmark scheme \"", std::string(name),
                                                 "\"; known: none, eyes2, points5, points9, "
                                                 "points68"));
}

absl::StatusOr<Landmarks> ConvertLandmarks(const Landmarks& landmarks, LandmarkScheme wanted) {
  if (static_cast<int>(landmarks.points.size()) != NumPoints(landmarks.scheme)) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(LandmarkSchemeName(landmarks.scheme)), " has ",
                     NumPoints(landmarks.scheme), " points, got ", landmarks.points.size()));
  }
  Landmarks current = landmarks;
  while (NumPoints(current.scheme) > NumPoints(wanted) && wanted != LandmarkScheme::kNone) {
    current = StepDown(current);
  }
  if (current.scheme == wanted) return current;
  return absl::InvalidArgumentError(
      absl::StrCat("landmarks ", std::string(LandmarkSchemeName(wanted)), " cannot be made from ",
                   std::string(LandmarkSchemeName(landmarks.scheme))));
}

Affine Affine::Inverse() const {
  const double determinant = m[0] * m[4] - m[1] * m[3];
  FACET_CHECK(determinant != 0.0);
  const double a = m[4] / determinant, b = -m[1] / determinant;
  const double d = -m[3] / determinant, e = m[0] / determinant;
  return {{a, b, -(a * m[2] + b * m[5]), d, e, -(d * m[2] + e * m[5])}};
}

Affine Affine::Scale(double factor) { return {{factor, 0, 0, 0, factor, 0}}; }

Affine Affine::After(const Affine& first) const {
  const std::array<double, 6>& n = first.m;
  return {{m[0] * n[0] + m[1] * n[3], m[0] * n[1] + m[1] * n[4], m[0] * n[2] + m[1] * n[5] + m[2],
           m[3] * n[0] + m[4] * n[3], m[3] * n[1] + m[4] * n[4], m[3] * n[2] + m[4] * n[5] + m[5]}};
}

}  // namespace facet
