#include "core/api/landmark_mirror.h"

#include <vector>

namespace facet {
namespace {

// Of each point its partner on the other side, or itself. 300-W, 0-based: jaw 0-16, brows 17-26,
// nose 27-35, eyes 36-47, outer lips 48-59, inner lips 60-67.
std::vector<size_t> Partners(LandmarkScheme scheme) {
  switch (scheme) {
    case LandmarkScheme::kEyes2:
      return {1, 0};
    case LandmarkScheme::kPoints5:
      return {1, 0, 2, 4, 3};
    case LandmarkScheme::kPoints9:
      return {3, 2, 1, 0, 6, 5, 4, 8, 7};
    case LandmarkScheme::kPoints68:
      return {16, 15, 14, 13, 12, 11, 10, 9,  8,  7,  6,  5,  4,  3,  2,  1,  0,
              26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28, 29, 30, 35, 34, 33,
              32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40, 54, 53, 52,
              51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65};
    case LandmarkScheme::kNone:
      break;
  }
  return {};
}

}  // namespace

Landmarks MirrorLandmarks(const Landmarks& landmarks, int width_px) {
  Landmarks mirrored{landmarks.scheme, {}};
  for (const size_t partner : Partners(landmarks.scheme)) {
    const Point& from = landmarks.points[partner];
    mirrored.points.push_back({width_px - 1 - from.x, from.y});
  }
  return mirrored;
}

bool AreInBox(const Landmarks& landmarks, const Box& box) {
  Point middle;
  for (const Point& p : landmarks.points) {
    middle.x += p.x / static_cast<double>(landmarks.points.size());
    middle.y += p.y / static_cast<double>(landmarks.points.size());
  }
  return middle.x >= box.x && middle.y >= box.y && middle.x <= box.x + box.width &&
         middle.y <= box.y + box.height;
}

}  // namespace facet
