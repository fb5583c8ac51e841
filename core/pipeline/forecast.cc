#include "core/pipeline/forecast.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "core/base/json_lines.h"
#include "core/graph/key.h"

namespace facet {
namespace {

using State = PlannedStage::State;

double BytesOf(const Artifact& artifact) {
  double bytes = 0;
  for (const ArtifactFile& file : artifact.files) bytes += static_cast<double>(file.size);
  return bytes;
}

// What may differ between stages that are alike: code, inputs, the draws of random numbers.
bool IsOfNoConcern(const std::string& path) {
  return path == "code" || path == "seed" || path == "threads" ||
         absl::StartsWith(path, "inputs.") || absl::StartsWith(path, "externals.") ||
         absl::StartsWith(path, "libraries.") ||
         (absl::StartsWith(path, "components.") &&
          (absl::EndsWith(path, ".library") || absl::EndsWith(path, ".calls")));
}

bool AreAlike(const Json& before, const Json& after) {
  const std::vector<KeyDifference> differences = CompareKeys(before, after);
  return std::all_of(differences.begin(), differences.end(),
                     [](const KeyDifference& each) { return IsOfNoConcern(each.path); });
}

// How far two sizes are from each other, on a scale of ratios.
double Distance(std::optional<double> past, std::optional<double> now) {
  if (!past || !now || *past <= 0 || *now <= 0) return HUGE_VAL;
  return std::abs(std::log(*now / *past));
}

}  // namespace

Forecaster::Forecaster(const RowPlan& plan, const Store& store, std::string cpu)
    : plan_(plan), store_(store), cpu_(std::move(cpu)) {}

const std::vector<Artifact>& Forecaster::Past() {
  if (!past_) {
    past_ = store_.List();
    for (const Artifact& artifact : *past_) bytes_of_[artifact.ContentDigest()] = BytesOf(artifact);
  }
  return *past_;
}

std::optional<double> Forecaster::PastInput(const Artifact& past, const char* port) {
  const Json inputs = past.key_document.value("inputs", Json::object());
  if (port == nullptr || !inputs.contains(port)) return std::nullopt;
  const auto found = bytes_of_.find(inputs.at(port).get<std::string>());
  if (found == bytes_of_.end()) return std::nullopt;
  return found->second;
}

Forecaster::Stage Forecaster::Like(const PlannedStage& planned, const StageType& type,
                                   std::optional<double> input) {
  const Artifact* nearest = nullptr;
  double distance = 0;
  for (const Artifact& past : Past()) {
    if (past.type != type.name || !AreAlike(past.key_document, planned.document)) continue;
    const double apart = Distance(PastInput(past, type.grows_with), input);
    if (nearest != nullptr && apart >= distance) continue;
    nearest = &past;
    distance = apart;
  }
  if (nearest == nullptr) return {};
  const std::optional<double> past_input = PastInput(*nearest, type.grows_with);
  const double ratio = std::isinf(distance) ? 1.0 : *input / *past_input;
  Stage stage;
  stage.bytes = BytesOf(*nearest) * (type.artifact_grows ? ratio : 1.0);
  const Json& provenance = nearest->provenance;
  if (const double mib = provenance.value("peak_rss_mib", -1.0); mib > 0) {
    stage.memory_bytes = mib * 1024 * 1024;
  }
  const double seconds = provenance.value("seconds", -1.0);
  if (seconds >= 0 && provenance.value("cpu", "") == cpu_) stage.seconds = seconds * ratio;
  return stage;
}

std::optional<int64_t> Forecaster::ImagesIn(const Artifact& artifact) {
  const ArtifactFile* const samples = artifact.Find("samples.jsonl");
  if (samples == nullptr) return std::nullopt;
  const auto [known, is_new] = images_.try_emplace(samples->digest);
  if (is_new) {
    const absl::StatusOr<int64_t> lines = CountLines(store_.BlobPath(samples->digest));
    if (lines.ok()) known->second = *lines;
  }
  return known->second;
}

Forecast Forecaster::Of(const std::vector<PlannedStage>& planned, int jobs) {
  Forecast forecast;
  std::vector<double> memory;
  std::vector<Size> sizes(planned.size());
  for (size_t i = 0; i < planned.size(); ++i) {
    const StageType& type = plan_.TypeOf(static_cast<int>(i));
    const std::map<std::string, int>& inputs = plan_.graph.stages[i].inputs;
    Size input;
    if (type.grows_with != nullptr && inputs.count(type.grows_with) > 0) {
      input = sizes[static_cast<size_t>(inputs.at(type.grows_with))];
    }
    if (planned[i].state == State::kCached) {
      sizes[i].bytes = BytesOf(planned[i].artifact);
      sizes[i].images = type.output == kSamples ? ImagesIn(planned[i].artifact) : input.images;
      continue;
    }
    ++forecast.num_stages;
    sizes[i].images = input.images;
    Stage stage;
    if (planned[i].state != State::kBlocked) stage = Like(planned[i], type, input.bytes);
    if (!stage.bytes && type.least_bytes != nullptr && input.images) {
      const int64_t least = type.least_bytes(plan_.graph.stages[i], *input.images);
      if (least > 0) stage.bytes = static_cast<double>(least);
    }
    sizes[i].bytes = stage.bytes;
    if (!stage.bytes) continue;
    ++forecast.num_known;
    forecast.bytes += *stage.bytes;
    if (stage.memory_bytes) memory.push_back(*stage.memory_bytes);
    forecast.seconds += stage.seconds.value_or(0.0);
  }
  std::sort(memory.begin(), memory.end(), std::greater<>());
  memory.resize(std::min(memory.size(), static_cast<size_t>(std::max(1, jobs))));
  for (const double bytes : memory) forecast.memory_bytes += bytes;
  return forecast;
}

}  // namespace facet
