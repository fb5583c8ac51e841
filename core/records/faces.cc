#include "core/records/faces.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/records/geometry_fields.h"
#include "core/records/json_fields.h"

namespace facet {
namespace {

constexpr double kMaxAspect = 16.0;

constexpr std::pair<FaceRecord::State, const char*> kStates[] = {
    {FaceRecord::State::kFound, "found"},
    {FaceRecord::State::kFallback, "fallback"},
    {FaceRecord::State::kDropped, "dropped"},
    {FaceRecord::State::kUnreadable, "unreadable"},
    {FaceRecord::State::kFailed, "failed"}};

FaceRecord::State StateFrom(const std::string& name) {
  for (const auto& [state, known] : kStates) {
    if (name == known) return state;
  }
  throw std::invalid_argument(absl::StrCat("\"", name, "\" is no state of a face"));
}

void PutFace(Json& json, const Face& face) {
  json["box"] = OfBox(face.box);
  if (face.score != 0.0) json["score"] = Number(face.score);
  PutPose(json, face.pose);
  PutLandmarks(json, face.landmarks);
}
Face FaceFrom(const Json& json) {
  Face face;
  face.box = BoxFrom(json.at("box"));
  TakeNumber(json, "score", face.score);
  TakePose(json, face.pose);
  TakeLandmarks(json, face.landmarks);
  return face;
}

absl::Status CheckFace(const Face& face) {
  FACET_RETURN_IF_ERROR(CheckBox(face.box));
  FACET_RETURN_IF_ERROR(CheckNumber(face.score, "score"));
  return CheckLandmarks(face.landmarks);
}

}  // namespace

const char* NameOf(FaceRecord::State state) { return NameOf(state, kStates); }

bool HasFace(const FaceRecord& record) {
  return record.state == FaceRecord::State::kFound || record.state == FaceRecord::State::kFallback;
}

absl::Status CheckRecord(const FaceRecord& record) {
  if (HasFace(record)) FACET_RETURN_IF_ERROR(Annotate(CheckFace(record.face), "the face"));
  for (size_t i = 0; i < record.others.size(); ++i) {
    FACET_RETURN_IF_ERROR(
        Annotate(CheckFace(record.others[i]), absl::StrCat("face ", i + 2, " of the image")));
  }
  return absl::OkStatus();
}

absl::Status CheckRecord(const AlignmentRecord& record) {
  const Alignment& alignment = record.alignment;
  const std::array<double, 6>& m = alignment.crop_from_image.m;
  const double area = m[0] * m[4] - m[1] * m[3];
  if (!std::isfinite(area + m[2] + m[5]) || area == 0) {
    return absl::InternalError(
        absl::StrCat("its map from image to crop, ", absl::StrJoin(m, " "), ", has no area"));
  }
  if (!(alignment.aspect >= 1 / kMaxAspect && alignment.aspect <= kMaxAspect)) {
    return absl::InternalError(absl::StrCat("its aspect is ", alignment.aspect));
  }
  FACET_RETURN_IF_ERROR(CheckNumber(alignment.confidence, "confidence"));
  return CheckLandmarks(alignment.landmarks);
}

Json ToJson(const FaceRecord& record) {
  const FaceRecord defaults;
  Json json = {{"sample", record.sample}, {"state", NameOf(record.state)}};
  Put(json, "reason", record.reason, defaults.reason);
  Put(json, "num_found", record.num_found, defaults.num_found);
  Put(json, "width", record.width, defaults.width);
  Put(json, "height", record.height, defaults.height);
  if (HasFace(record)) PutFace(json, record.face);
  for (const Face& face : record.others) {
    Json other = Json::object();
    PutFace(other, face);
    json["others"].push_back(std::move(other));
  }
  return json;
}

absl::StatusOr<FaceRecord> FaceRecordFromJson(const Json& json) {
  return Parse<FaceRecord>(json, "face record", [&](FaceRecord& record) {
    record.sample = WholeFrom(json.at("sample"));
    record.state = StateFrom(json.at("state").get<std::string>());
    Take(json, "reason", record.reason);
    Take(json, "num_found", record.num_found);
    Take(json, "width", record.width);
    Take(json, "height", record.height);
    if (HasFace(record)) record.face = FaceFrom(json);
    if (const auto others = json.find("others"); others != json.end()) {
      for (const Json& other : *others) record.others.push_back(FaceFrom(other));
    }
  });
}

Json ToJson(const AlignmentRecord& record) {
  const Alignment& alignment = record.alignment;
  const auto& m = alignment.crop_from_image.m;
  Json json = {{"sample", record.sample},
               {"crop_from_image", Numbers({m.begin(), m.end()})},
               {"aspect", Number(alignment.aspect)},
               {"aligned", alignment.aligned},
               {"confidence", Number(alignment.confidence)}};
  PutPose(json, record.pose);
  PutLandmarks(json, alignment.landmarks);
  return json;
}

absl::StatusOr<AlignmentRecord> AlignmentRecordFromJson(const Json& json) {
  return Parse<AlignmentRecord>(json, "crop record", [&](AlignmentRecord& record) {
    record.sample = WholeFrom(json.at("sample"));
    Alignment& alignment = record.alignment;
    const std::vector<double> m = NumbersFrom(json.at("crop_from_image"));
    if (m.size() != alignment.crop_from_image.m.size()) {
      throw std::invalid_argument("crop_from_image has 6 numbers");
    }
    std::copy(m.begin(), m.end(), alignment.crop_from_image.m.begin());
    alignment.aspect = NumberFrom(json.at("aspect"));
    json.at("aligned").get_to(alignment.aligned);
    alignment.confidence = NumberFrom(json.at("confidence"));
    TakePose(json, record.pose);
    TakeLandmarks(json, alignment.landmarks);
  });
}

}  // namespace facet
