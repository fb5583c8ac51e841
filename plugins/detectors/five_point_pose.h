// The pose of a face from its five landmarks, for detectors that find these and say nothing of it:
// one place, so that all mean the same by a profile.
//
// Seen from afar, a face that is turned by the angle yaw shows its eyes 2 a cos(yaw) apart, a being
// half their distance, and its nose tip, which stands out by c, c sin(yaw) beside the line from
// between the eyes to between the mouth's corners: yaw = atan(r a / c), r being that distance,
// along the line of the eyes and over half of the eyes' distance in the image. A head that nods or
// is tilted changes neither, to first order. c / a = 1.35 is that of the rigid shape of the five
// points of 787 photographs of AFW and Helen (Tomasi, Kanade: "Shape and motion from image streams
// under orthography", IJCV 1992), which five_point_pose_test.cc finds again.
//
// A profile is turned by more than 35 degrees, as in the data set `landmarks_300w`. The points that
// detectors find are drawn towards those of a frontal face: on 157 photographs of AFW and Helen the
// tangent of their yaw is 0.86 (YuNet) and 0.74 (MTCNN) of that of the true points', each with a
// deviation of 6 degrees. So their limits, profile_deg, are 31 and 27.
#ifndef FACET_PLUGINS_DETECTORS_FIVE_POINT_POSE_H_
#define FACET_PLUGINS_DETECTORS_FIVE_POINT_POSE_H_

#include <cmath>
#include <vector>

#include "core/api/detector.h"

namespace facet {

constexpr double kNoseDepth = 1.35;  // of the nose tip before the eyes [half eye distances]

// Positive: the nose points to the image's right; in (-pi / 2, pi / 2). `landmarks`: points5. NaN:
// points that are no face, such as two eyes in one place.
inline double YawOfFivePoints(const Landmarks& landmarks) {
  const std::vector<Point>& p = landmarks.points;
  const double eyes_x = p[1].x - p[0].x, eyes_y = p[1].y - p[0].y;
  const double eyes = std::hypot(eyes_x, eyes_y);
  const Point middle = {(p[0].x + p[1].x) / 2, (p[0].y + p[1].y) / 2};
  // Along the line of the eyes, and at right angles to it, from between the eyes.
  const auto along = [&](double x, double y) { return (x * eyes_x + y * eyes_y) / eyes; };
  const auto down = [&](double x, double y) { return (y * eyes_x - x * eyes_y) / eyes; };
  const double mouth_x = (p[3].x + p[4].x) / 2 - middle.x;
  const double mouth_y = (p[3].y + p[4].y) / 2 - middle.y;
  const double nose_x = p[2].x - middle.x, nose_y = p[2].y - middle.y;
  const double share = down(nose_x, nose_y) / down(mouth_x, mouth_y);
  const double beside = along(nose_x, nose_y) - share * along(mouth_x, mouth_y);
  return std::atan(beside / (eyes / 2) / kNoseDepth);
}

// Frontal, or turned by more than `profile_deg`; unknown without points5 that are a face.
inline Pose PoseOfFivePoints(const Landmarks& landmarks, double profile_deg) {
  if (landmarks.scheme != LandmarkScheme::kPoints5 || landmarks.points.size() != 5) {
    return Pose::kUnknown;
  }
  const double yaw_deg = YawOfFivePoints(landmarks) * 180 / M_PI;
  if (std::isnan(yaw_deg)) return Pose::kUnknown;
  if (std::abs(yaw_deg) <= profile_deg) return Pose::kFrontal;
  return yaw_deg < 0 ? Pose::kLeft : Pose::kRight;
}

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_FIVE_POINT_POSE_H_
