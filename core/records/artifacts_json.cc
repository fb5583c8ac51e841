// Records <-> JSON objects. Fields at their default are left out, so that a list of millions of
// samples stays small.
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/records/artifacts.h"
#include "core/records/json_fields.h"

namespace facet {
namespace {

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

constexpr std::pair<FaceRecord::State, const char*> kStates[] = {
    {FaceRecord::State::kFound, "found"},
    {FaceRecord::State::kFallback, "fallback"},
    {FaceRecord::State::kDropped, "dropped"},
    {FaceRecord::State::kUnreadable, "unreadable"}};

FaceRecord::State StateFrom(const std::string& name) {
  for (const auto& [state, known] : kStates) {
    if (name == known) return state;
  }
  throw std::invalid_argument(absl::StrCat("\"", name, "\" is no state of a face"));
}

constexpr std::pair<Protocol::Kind, const char*> kProtocols[] = {{Protocol::Kind::kNone, "none"},
                                                                 {Protocol::Kind::kFolds, "folds"},
                                                                 {Protocol::Kind::kSplit, "split"}};

Protocol::Kind ProtocolKindFrom(const std::string& name) {
  for (const auto& [kind, known] : kProtocols) {
    if (name == known) return kind;
  }
  throw std::invalid_argument(absl::StrCat("\"", name, "\" is no kind of protocol"));
}

template <class Kind, size_t N>
const char* NameOf(Kind kind, const std::pair<Kind, const char*> (&names)[N]) {
  for (const auto& [known, name] : names) {
    if (kind == known) return name;
  }
  return "";
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

}  // namespace

Json ToJson(const Sample& sample) {
  const Sample defaults;
  Json json = {{"key", sample.key}, {"identity", sample.identity}};
  Put(json, "path", sample.path, defaults.path);
  Put(json, "render", sample.render, defaults.render);
  if (sample.box.has_value()) json["box"] = OfBox(*sample.box);
  PutPose(json, sample.pose);
  if (sample.score != 0.0) json["score"] = Number(sample.score);
  PutLandmarks(json, sample.landmarks);
  Put(json, "rank", sample.rank, defaults.rank);
  Put(json, "curated", sample.curated, defaults.curated);
  Put(json, "video", sample.video, defaults.video);
  Put(json, "frame", sample.frame, defaults.frame);
  Put(json, "fold", sample.fold, defaults.fold);
  Put(json, "image", sample.image, defaults.image);
  return json;
}

absl::StatusOr<Sample> SampleFromJson(const Json& json) {
  return Parse<Sample>(json, "sample", [&](Sample& sample) {
    json.at("key").get_to(sample.key);
    json.at("identity").get_to(sample.identity);
    Take(json, "path", sample.path);
    Take(json, "render", sample.render);
    if (const auto box = json.find("box"); box != json.end()) sample.box = BoxFrom(*box);
    TakePose(json, sample.pose);
    TakeNumber(json, "score", sample.score);
    TakeLandmarks(json, sample.landmarks);
    Take(json, "rank", sample.rank);
    Take(json, "curated", sample.curated);
    Take(json, "video", sample.video);
    Take(json, "frame", sample.frame);
    Take(json, "fold", sample.fold);
    Take(json, "image", sample.image);
  });
}

Json ToJson(const Protocol& protocol) {
  Json templates = Json::array();
  for (const Template& each : protocol.templates) {
    templates.push_back({{"name", each.name}, {"samples", each.samples}});
  }
  Json pairs = Json::array();
  for (const Pair& pair : protocol.pairs) {
    pairs.push_back(Json::array({pair.first, pair.second, pair.genuine, pair.fold}));
  }
  return {{"kind", NameOf(protocol.kind, kProtocols)},
          {"name", protocol.name},
          {"num_folds", protocol.num_folds},
          {"templates", std::move(templates)},
          {"pairs", std::move(pairs)}};
}

absl::StatusOr<Protocol> ProtocolFromJson(const Json& json) {
  return Parse<Protocol>(json, "protocol", [&](Protocol& protocol) {
    protocol.kind = ProtocolKindFrom(json.at("kind").get<std::string>());
    json.at("name").get_to(protocol.name);
    json.at("num_folds").get_to(protocol.num_folds);
    for (const Json& each : json.at("templates")) {
      protocol.templates.push_back(
          {each.at("name").get<std::string>(), each.at("samples").get<std::vector<int64_t>>()});
    }
    for (const Json& pair : json.at("pairs")) {
      protocol.pairs.push_back({pair.at(0).get<int64_t>(), pair.at(1).get<int64_t>(),
                                pair.at(2).get<bool>(), pair.at(3).get<int64_t>()});
    }
  });
}

Json ToJson(const FaceRecord& record) {
  const FaceRecord defaults;
  Json json = {{"sample", record.sample}, {"state", NameOf(record.state, kStates)}};
  Put(json, "reason", record.reason, defaults.reason);
  Put(json, "num_found", record.num_found, defaults.num_found);
  Put(json, "width", record.width, defaults.width);
  Put(json, "height", record.height, defaults.height);
  if (record.state == FaceRecord::State::kFound || record.state == FaceRecord::State::kFallback) {
    PutFace(json, record.face);
  }
  for (const Face& face : record.others) {
    Json other = Json::object();
    PutFace(other, face);
    json["others"].push_back(std::move(other));
  }
  return json;
}

absl::StatusOr<FaceRecord> FaceRecordFromJson(const Json& json) {
  return Parse<FaceRecord>(json, "face record", [&](FaceRecord& record) {
    json.at("sample").get_to(record.sample);
    record.state = StateFrom(json.at("state").get<std::string>());
    Take(json, "reason", record.reason);
    Take(json, "num_found", record.num_found);
    Take(json, "width", record.width);
    Take(json, "height", record.height);
    if (record.state == FaceRecord::State::kFound || record.state == FaceRecord::State::kFallback) {
      record.face = FaceFrom(json);
    }
    if (const auto others = json.find("others"); others != json.end()) {
      for (const Json& other : *others) record.others.push_back(FaceFrom(other));
    }
  });
}

Json ToJson(const FrameRecord& record) {
  const Alignment& alignment = record.alignment;
  const auto& m = alignment.frame_from_image.m;
  Json json = {{"sample", record.sample},
               {"frame_from_image", Numbers({m.begin(), m.end()})},
               {"aspect", Number(alignment.aspect)},
               {"aligned", alignment.aligned},
               {"confidence", Number(alignment.confidence)}};
  PutPose(json, record.pose);
  PutLandmarks(json, alignment.landmarks);
  return json;
}

absl::StatusOr<FrameRecord> FrameRecordFromJson(const Json& json) {
  return Parse<FrameRecord>(json, "frame record", [&](FrameRecord& record) {
    json.at("sample").get_to(record.sample);
    Alignment& alignment = record.alignment;
    const std::vector<double> m = NumbersFrom(json.at("frame_from_image"));
    if (m.size() != alignment.frame_from_image.m.size()) {
      throw std::invalid_argument("frame_from_image has 6 numbers");
    }
    std::copy(m.begin(), m.end(), alignment.frame_from_image.m.begin());
    alignment.aspect = NumberFrom(json.at("aspect"));
    json.at("aligned").get_to(alignment.aligned);
    alignment.confidence = NumberFrom(json.at("confidence"));
    TakePose(json, record.pose);
    TakeLandmarks(json, alignment.landmarks);
  });
}

Json ToJson(const CropRecord& record) {
  Json json = {{"sample", record.sample},   {"identity", record.identity},
               {"width", record.width},     {"height", record.height},
               {"aligned", record.aligned}, {"confidence", Number(record.confidence)}};
  Put(json, "fold", record.fold, CropRecord().fold);
  return json;
}

absl::StatusOr<CropRecord> CropRecordFromJson(const Json& json) {
  return Parse<CropRecord>(json, "crop record", [&](CropRecord& record) {
    json.at("sample").get_to(record.sample);
    json.at("identity").get_to(record.identity);
    json.at("width").get_to(record.width);
    json.at("height").get_to(record.height);
    json.at("aligned").get_to(record.aligned);
    record.confidence = NumberFrom(json.at("confidence"));
    Take(json, "fold", record.fold);
  });
}

Json ToJson(const DescriptorRecord& record) {
  Json json = {{"sample", record.sample},
               {"identity", record.identity},
               {"confidence", Number(record.confidence)}};
  Put(json, "fold", record.fold, DescriptorRecord().fold);
  return json;
}

absl::StatusOr<DescriptorRecord> DescriptorRecordFromJson(const Json& json) {
  return Parse<DescriptorRecord>(json, "descriptor record", [&](DescriptorRecord& record) {
    json.at("sample").get_to(record.sample);
    json.at("identity").get_to(record.identity);
    record.confidence = NumberFrom(json.at("confidence"));
    Take(json, "fold", record.fold);
  });
}

Json ToJson(const ScoreRecord& record) {
  return {{"sample", record.sample}, {"log_probability", Number(record.log_probability)}};
}

absl::StatusOr<ScoreRecord> ScoreRecordFromJson(const Json& json) {
  return Parse<ScoreRecord>(json, "score", [&](ScoreRecord& record) {
    json.at("sample").get_to(record.sample);
    record.log_probability = NumberFrom(json.at("log_probability"));
  });
}

}  // namespace facet
