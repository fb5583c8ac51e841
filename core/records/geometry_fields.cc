#include "core/records/geometry_fields.h"

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/records/json_fields.h"

namespace facet {

Json OfBox(const Box& box) { return Numbers({box.x, box.y, box.width, box.height}); }

Box BoxFrom(const Json& json) {
  const std::vector<double> v = NumbersFrom(json);
  if (v.size() != 4) throw std::invalid_argument("a box has 4 numbers: x, y, width, height");
  return {v[0], v[1], v[2], v[3]};
}

void PutLandmarks(Json& object, const Landmarks& landmarks) {
  if (landmarks.scheme == LandmarkScheme::kNone) return;
  Json points = Json::array();
  for (const Point& point : landmarks.points) points.push_back(Numbers({point.x, point.y}));
  object["landmarks"] = {{"scheme", std::string(LandmarkSchemeName(landmarks.scheme))},
                         {"points", std::move(points)}};
}

void TakeLandmarks(const Json& object, Landmarks& landmarks) {
  const auto found = object.find("landmarks");
  if (found == object.end()) return;
  landmarks.scheme = Must(LandmarkSchemeFromName(found->at("scheme").get<std::string>()));
  for (const Json& point : found->at("points")) {
    landmarks.points.push_back({NumberFrom(point.at(0)), NumberFrom(point.at(1))});
  }
  const int expected = NumPoints(landmarks.scheme);
  if (landmarks.points.size() != static_cast<size_t>(expected)) {
    throw std::invalid_argument(absl::StrCat(LandmarkSchemeName(landmarks.scheme).data(), " has ",
                                             expected, " points, here ", landmarks.points.size()));
  }
}

void PutPose(Json& object, Pose pose) {
  if (pose != Pose::kUnknown) object["pose"] = std::string(PoseName(pose));
}

void TakePose(const Json& object, Pose& pose) {
  if (const auto found = object.find("pose"); found != object.end()) {
    pose = Must(PoseFromName(found->get<std::string>()));
  }
}

absl::Status CheckBox(const Box& box) {
  const bool finite = std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.width) &&
                      std::isfinite(box.height);
  if (finite && box.width > 0 && box.height > 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("its box (", box.x, ", ", box.y, ", ", box.width, " x ",
                                          box.height, ") ",
                                          finite ? "has no area" : "is not finite"));
}

absl::Status CheckLandmarks(const Landmarks& landmarks) {
  const auto expected = static_cast<size_t>(NumPoints(landmarks.scheme));
  if (landmarks.points.size() != expected) {
    return absl::InternalError(
        absl::StrCat("it has ", landmarks.points.size(), " landmarks, its scheme ", expected));
  }
  for (size_t i = 0; i < expected; ++i) {
    const Point& point = landmarks.points[i];
    if (std::isfinite(point.x) && std::isfinite(point.y)) continue;
    return absl::InternalError(
        absl::StrCat("its landmark ", i, " is (", point.x, ", ", point.y, ")"));
  }
  return absl::OkStatus();
}

}  // namespace facet
