// Geometry, fixed once for all components.
//
// Coordinates are pixels; the centre of the upper left pixel is (0, 0), as in OpenCV (300-W files
// are 1-based: subtract 1). `left` and `right` are the image's, never the subject's. A box is
// x, y, width, height; a box that covers exactly the pixel columns a..b has x = a - 0.5 and
// width = b - a + 1 (integer boxes of OpenCV differ from that by half a pixel, which detectors may
// ignore).
#ifndef FACET_CORE_API_GEOMETRY_H_
#define FACET_CORE_API_GEOMETRY_H_

#include <array>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

struct Point {
  double x = 0.0, y = 0.0;
};

struct Box {
  double x = 0.0, y = 0.0, width = 0.0, height = 0.0;
  Point Centre() const { return {x + width / 2, y + height / 2}; }
};

double IntersectionOverUnion(const Box& a, const Box& b);

// Frontal, or which way the face is turned in the image (kLeft: the nose points to the image's
// left).
enum class Pose { kUnknown, kFrontal, kLeft, kRight };
std::string_view PoseName(Pose pose);  // "unknown", "frontal", "left", "right"
absl::StatusOr<Pose> PoseFromName(std::string_view name);

// Landmark schemes, in the image's left-to-right order:
//   eyes2    centres of the left and the right eye
//   points5  left eye, right eye, nose tip, left and right mouth corner (the order of the 5-point
//            templates; YuNet and MTCNN name the same points by the subject's side)
//   points9  left eye's left and right corner, right eye's left and right corner, nose left, nose
//            middle, nose right, mouth left, mouth right (Everingham et al. 2009)
//   points68 300-W
enum class LandmarkScheme { kNone, kEyes2, kPoints5, kPoints9, kPoints68 };
int NumPoints(LandmarkScheme scheme);                        // 0, 2, 5, 9, 68
std::string_view LandmarkSchemeName(LandmarkScheme scheme);  // "none", "eyes2", ...
absl::StatusOr<LandmarkScheme> LandmarkSchemeFromName(std::string_view name);

struct Landmarks {
  LandmarkScheme scheme = LandmarkScheme::kNone;
  std::vector<Point> points;  // NumPoints(scheme), px
};

// Converts downwards (68 -> 9 -> 5 -> 2; 68 -> 5 and 68 -> 2 as well). InvalidArgument names both
// schemes when the wanted one has more information than the given one.
absl::StatusOr<Landmarks> ConvertLandmarks(const Landmarks& landmarks, LandmarkScheme wanted);

// A 2x3 affine map [a b c; d e f]: (x, y) -> (a x + b y + c, d x + e y + f).
struct Affine {
  std::array<double, 6> m = {1, 0, 0, 0, 1, 0};
  Point operator()(const Point& p) const {
    return {m[0] * p.x + m[1] * p.y + m[2], m[3] * p.x + m[4] * p.y + m[5]};
  }
  Affine Inverse() const;                   // the determinant must not be 0
  static Affine Scale(double factor);       // about (0, 0)
  Affine After(const Affine& first) const;  // x -> (*this)(first(x))
};

}  // namespace facet

#endif  // FACET_CORE_API_GEOMETRY_H_
