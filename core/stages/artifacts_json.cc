// Records <-> JSON objects. Fields at their default are left out, so that a list of millions of
// samples stays small.
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/stages/artifacts.h"

namespace facet {
namespace {

Json Number(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

double NumberFrom(const Json& json) {
  if (!json.is_string()) return json.get<double>();
  const auto& text = json.get_ref<const std::string&>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw std::invalid_argument(absl::StrCat("\"", text, "\" is no number"));
}

Json Numbers(const std::vector<double>& values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(Number(value));
  return array;
}

std::vector<double> NumbersFrom(const Json& json) {
  std::vector<double> values;
  values.reserve(json.size());
  for (const Json& value : json) values.push_back(NumberFrom(value));
  return values;
}

// Sets `object[name]` unless the value is the default.
template <class T>
void Put(Json& object, const char* name, const T& value, const T& default_value) {
  if (value != default_value) object[name] = value;
}
template <class T>
void Take(const Json& object, const char* name, T& value) {
  if (const auto found = object.find(name); found != object.end()) found->get_to(value);
}
void TakeNumber(const Json& object, const char* name, double& value) {
  if (const auto found = object.find(name); found != object.end()) value = NumberFrom(*found);
}

template <class T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::invalid_argument(std::string(value.status().message()));
  return *std::move(value);
}

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

// Runs `fill(record)`; what the JSON library or the helpers above throw becomes a status.
template <class Record, class Fill>
absl::StatusOr<Record> Parse(const Json& json, const char* what, const Fill& fill) {
  try {
    if (!json.is_object()) throw std::invalid_argument("not an object");
    Record record;
    fill(record);
    return record;
  } catch (const std::exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat("not a ", what, ": ", exception.what()));
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

Json OfMetrics(const std::vector<Metric>& metrics) {
  Json array = Json::array();
  for (const Metric& metric : metrics) {
    array.push_back({{"name", metric.name},
                     {"value", Number(metric.value)},
                     {"standard_error", Number(metric.standard_error)},
                     {"error_kind", metric.error_kind},
                     {"unit", metric.unit},
                     {"count", metric.count}});
  }
  return array;
}
std::vector<Metric> MetricsFrom(const Json& json) {
  std::vector<Metric> metrics;
  for (const Json& each : json) {
    Metric metric;
    each.at("name").get_to(metric.name);
    metric.value = NumberFrom(each.at("value"));
    metric.standard_error = NumberFrom(each.at("standard_error"));
    each.at("error_kind").get_to(metric.error_kind);
    each.at("unit").get_to(metric.unit);
    each.at("count").get_to(metric.count);
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

Json OfCurves(const std::vector<Curve>& curves) {
  Json array = Json::array();
  for (const Curve& curve : curves) {
    array.push_back({{"name", curve.name},
                     {"x_label", curve.x_label},
                     {"y_label", curve.y_label},
                     {"x", Numbers(curve.x)},
                     {"y", Numbers(curve.y)}});
  }
  return array;
}
std::vector<Curve> CurvesFrom(const Json& json) {
  std::vector<Curve> curves;
  for (const Json& each : json) {
    Curve curve;
    each.at("name").get_to(curve.name);
    each.at("x_label").get_to(curve.x_label);
    each.at("y_label").get_to(curve.y_label);
    curve.x = NumbersFrom(each.at("x"));
    curve.y = NumbersFrom(each.at("y"));
    if (curve.x.size() != curve.y.size()) {
      throw std::invalid_argument("a curve has as many x as y");
    }
    curves.push_back(std::move(curve));
  }
  return curves;
}

Histogram HistogramFrom(const Json& json) {
  Histogram histogram;
  json.at("name").get_to(histogram.name);
  json.at("x_label").get_to(histogram.x_label);
  histogram.edges = NumbersFrom(json.at("edges"));
  json.at("counts").get_to(histogram.counts);
  const std::vector<double>& edges = histogram.edges;
  const bool empty = edges.empty() && histogram.counts.empty();
  if (!empty && edges.size() != histogram.counts.size() + 1) {
    throw std::invalid_argument("a histogram has one edge more than counts");
  }
  for (size_t i = 1; i < edges.size(); ++i) {
    if (!(edges[i] >= edges[i - 1])) throw std::invalid_argument("a histogram's edges ascend");
  }
  return histogram;
}

ContactSheet SheetFrom(const Json& json, size_t index) {
  ContactSheet sheet;
  json.at("title").get_to(sheet.title);
  if (json.at("file").get<std::string>() != ContactSheetFile(index)) {
    throw std::invalid_argument(
        absl::StrCat("the picture of contact sheet ", index, " is ", ContactSheetFile(index)));
  }
  const auto cells = json.at("cells").get<int64_t>();
  constexpr int64_t kMostCells = 10000;
  if (cells < 0 || cells > kMostCells) {
    throw std::invalid_argument(absl::StrCat("a contact sheet of ", cells, " cells"));
  }
  sheet.cells.resize(static_cast<size_t>(cells));
  return sheet;
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

Json ToJson(const Evaluation& evaluation) {
  return {{"metrics", OfMetrics(evaluation.metrics)},
          {"curves", OfCurves(evaluation.curves)},
          {"notices", evaluation.notices},
          {"replicates", Numbers(evaluation.replicates)},
          {"replicate_kind", evaluation.replicate_kind},
          {"protocol", evaluation.protocol}};
}

absl::StatusOr<Evaluation> EvaluationFromJson(const Json& json) {
  return Parse<Evaluation>(json, "evaluation", [&](Evaluation& evaluation) {
    evaluation.metrics = MetricsFrom(json.at("metrics"));
    evaluation.curves = CurvesFrom(json.at("curves"));
    json.at("notices").get_to(evaluation.notices);
    evaluation.replicates = NumbersFrom(json.at("replicates"));
    json.at("replicate_kind").get_to(evaluation.replicate_kind);
    json.at("protocol").get_to(evaluation.protocol);
  });
}

std::string ContactSheetFile(size_t index) {
  return absl::StrCat("sheet_", absl::Dec(index, absl::kZeroPad2), ".jpg");
}

Json ToJson(const CurationResult& result) {
  Json histograms = Json::array(), sheets = Json::array();
  for (const Histogram& histogram : result.histograms) {
    histograms.push_back({{"name", histogram.name},
                          {"x_label", histogram.x_label},
                          {"edges", Numbers(histogram.edges)},
                          {"counts", histogram.counts}});
  }
  for (size_t i = 0; i < result.sheets.size(); ++i) {
    sheets.push_back({{"title", result.sheets[i].title},
                      {"file", ContactSheetFile(i)},
                      {"cells", result.sheets[i].cells.size()}});
  }
  return {{"metrics", OfMetrics(result.metrics)},
          {"curves", OfCurves(result.curves)},
          {"histograms", std::move(histograms)},
          {"notices", result.notices},
          {"sheets", std::move(sheets)}};
}

absl::StatusOr<CurationResult> CurationResultFromJson(const Json& json) {
  return Parse<CurationResult>(json, "curation", [&](CurationResult& result) {
    result.metrics = MetricsFrom(json.at("metrics"));
    result.curves = CurvesFrom(json.at("curves"));
    for (const Json& each : json.at("histograms")) {
      result.histograms.push_back(HistogramFrom(each));
    }
    json.at("notices").get_to(result.notices);
    for (const Json& each : json.at("sheets")) {
      result.sheets.push_back(SheetFrom(each, result.sheets.size()));
    }
  });
}

}  // namespace facet
