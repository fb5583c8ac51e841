#include "core/records/samples.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/records/geometry_fields.h"
#include "core/records/json_fields.h"
#include "core/records/record_lines.h"

namespace facet {
namespace {

constexpr std::pair<Protocol::Kind, const char*> kProtocols[] = {{Protocol::Kind::kNone, "none"},
                                                                 {Protocol::Kind::kFolds, "folds"},
                                                                 {Protocol::Kind::kSplit, "split"}};

Protocol::Kind ProtocolKindFrom(const std::string& name) {
  for (const auto& [kind, known] : kProtocols) {
    if (name == known) return kind;
  }
  throw std::invalid_argument(absl::StrCat("\"", name, "\" is no kind of protocol"));
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

absl::Status CheckRecord(const Sample& sample) {
  if (sample.box.has_value()) FACET_RETURN_IF_ERROR(CheckBox(*sample.box));
  FACET_RETURN_IF_ERROR(CheckNumber(sample.score, "score"));
  return CheckLandmarks(sample.landmarks);
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
    protocol.num_folds = WholeFrom(json.at("num_folds"));
    for (const Json& each : json.at("templates")) {
      protocol.templates.push_back(
          {each.at("name").get<std::string>(), WholesFrom(each.at("samples"))});
    }
    for (const Json& pair : json.at("pairs")) {
      protocol.pairs.push_back({WholeFrom(pair.at(0)), WholeFrom(pair.at(1)),
                                pair.at(2).get<bool>(), WholeFrom(pair.at(3))});
    }
  });
}

absl::StatusOr<DatasetContents> ReadDataset(const std::string& samples_path,
                                            const std::string& protocol_path) {
  DatasetContents contents;
  FACET_ASSIGN_OR_RETURN(contents.samples, ReadRecords<Sample>(samples_path, &SampleFromJson));
  FACET_ASSIGN_OR_RETURN(const Json protocol, ReadJsonFile(protocol_path));
  absl::StatusOr<Protocol> parsed = ProtocolFromJson(protocol);
  if (!parsed.ok()) return Annotate(parsed.status(), protocol_path);
  contents.protocol = *std::move(parsed);
  return contents;
}

}  // namespace facet
