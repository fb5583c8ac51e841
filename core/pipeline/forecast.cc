#include "core/pipeline/forecast.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

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

// Key documents, which are alike then: inputs are of circumstance (LikenessDigest()).
bool DifferInInputsAlone(const Json& a, const Json& b) {
  if (a.size() != b.size()) return false;
  for (auto left = a.begin(), right = b.begin(); left != a.end(); ++left, ++right) {
    if (left.key() != right.key()) return false;
    if (left.key() != "inputs" && *left != *right) return false;
  }
  return true;
}

// How far two sizes are from each other, on a scale of ratios.
double Distance(std::optional<double> past, std::optional<double> now) {
  if (!past || !now || *past <= 0 || *now <= 0) return HUGE_VAL;
  return std::abs(std::log(*now / *past));
}

}  // namespace

Forecaster::Forecaster(const RowPlan& plan, const Store& store, std::string cpu)
    : plan_(plan), store_(store), cpu_(std::move(cpu)) {
  store_.index().Refresh();
}

std::optional<double> Forecaster::PastInput(const StoredEntry& past, const char* port) {
  if (bytes_of_.empty()) {
    for (const StoredEntry& entry : store_.index().Entries()) {
      bytes_of_[entry.content] = static_cast<double>(entry.bytes);
    }
  }
  const auto input = past.inputs.find(port == nullptr ? "" : port);
  if (input == past.inputs.end()) return std::nullopt;
  const auto found = bytes_of_.find(input->second);
  if (found == bytes_of_.end()) return std::nullopt;
  return found->second;
}

// Points of a sweep ask for many stages that differ in nothing but their inputs.
const std::string& Forecaster::LikenessOf(const PlannedStage& planned, const std::string& type) {
  auto& [last, likeness] = likeness_[type];
  if (last == nullptr || !DifferInInputsAlone(*last, planned.document)) {
    likeness = LikenessDigest(KeyLeaves(planned.document));
  }
  last = &planned.document;
  return likeness;
}

Forecaster::Stage Forecaster::Like(const PlannedStage& planned, const StageType& type, bool grows,
                                   std::optional<double> input) {
  if (!store_.index().HasType(type.name)) return {};
  // Rows that differ upstream ask the same of stages that are alike.
  const std::string& likeness = LikenessOf(planned, type.name);
  const auto [known, is_new] = known_.try_emplace({type.name, likeness, grows, input});
  if (is_new) known->second = Scaled(store_.index().Alike(type.name, likeness), type, grows, input);
  return known->second;
}

Forecaster::Stage Forecaster::Scaled(const std::vector<const StoredEntry*>& alike,
                                     const StageType& type, bool grows,
                                     std::optional<double> input) {
  const StoredEntry* nearest = nullptr;
  double distance = HUGE_VAL, ratio = 1;
  for (const StoredEntry* const past : alike) {
    const std::optional<double> past_input = grows ? PastInput(*past, type.grows_with) : 1.0;
    const double apart = Distance(past_input, grows ? input : 1.0);
    if (nearest != nullptr && apart >= distance) continue;
    nearest = past;
    distance = apart;
    if (!std::isinf(apart) && grows) ratio = *input / *past_input;
  }
  if (nearest == nullptr) return {};
  const bool is_scaled = !std::isinf(distance);  // else nobody knows how much larger it is
  Stage stage;
  if (is_scaled || !type.artifact_grows) {
    stage.bytes = static_cast<double>(nearest->bytes) * (type.artifact_grows ? ratio : 1.0);
  }
  if (is_scaled && nearest->peak_rss_mib > 0) {
    stage.memory_bytes = nearest->peak_rss_mib * 1024 * 1024;
  }
  if (is_scaled && nearest->seconds >= 0 && nearest->cpu == cpu_) {
    stage.seconds = nearest->seconds * ratio;
  }
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

double Forecaster::LargestTogether(const std::vector<Stage>& stages, int jobs) const {
  std::vector<size_t> order;
  for (size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].memory_bytes) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return *stages[a].memory_bytes > *stages[b].memory_bytes;
  });
  std::vector<std::pair<size_t, std::set<int>>> together;  // with what each rests on
  double bytes = 0;
  for (const size_t i : order) {
    if (together.size() == static_cast<size_t>(std::max(1, jobs))) break;
    const std::vector<int> below = StagesBelow(plan_.graph, static_cast<int>(i));
    const std::set<int> rests_on(below.begin(), below.end());
    const bool waits = std::any_of(together.begin(), together.end(), [&](const auto& other) {
      return rests_on.count(static_cast<int>(other.first)) > 0 ||
             other.second.count(static_cast<int>(i)) > 0;
    });
    if (waits) continue;
    together.emplace_back(i, rests_on);
    bytes += *stages[i].memory_bytes;
  }
  return bytes;
}

Forecast Forecaster::Of(const std::vector<PlannedStage>& planned, int jobs) {
  Forecast forecast;
  likeness_.clear();
  std::vector<Stage> stages(planned.size());
  std::vector<Size> sizes(planned.size());
  bool all_timed = true;
  for (size_t i = 0; i < planned.size(); ++i) {
    const StageType& type = plan_.TypeOf(static_cast<int>(i));
    const std::map<std::string, int>& inputs = plan_.graph.stages[i].inputs;
    const bool grows = type.grows_with != nullptr && inputs.count(type.grows_with) > 0;
    Size input;
    if (grows) input = sizes[static_cast<size_t>(inputs.at(type.grows_with))];
    if (planned[i].state == State::kCached) {
      sizes[i].bytes = BytesOf(planned[i].artifact);
      sizes[i].images = type.output == kSamples ? ImagesIn(planned[i].artifact) : input.images;
      continue;
    }
    ++forecast.num_stages;
    sizes[i].images = input.images;
    Stage& stage = stages[i];
    if (planned[i].state != State::kBlocked) stage = Like(planned[i], type, grows, input.bytes);
    if (!stage.bytes && type.least_bytes != nullptr && input.images) {
      const int64_t least = type.least_bytes(plan_.graph.stages[i], *input.images);
      if (least > 0) stage.bytes = static_cast<double>(least);
    }
    sizes[i].bytes = stage.bytes;
    if (!stage.bytes) {
      forecast.unknown.insert(type.name);
      continue;
    }
    ++forecast.num_known;
    forecast.bytes += *stage.bytes;
    forecast.seconds += stage.seconds.value_or(0.0);
    all_timed = all_timed && stage.seconds.has_value();
  }
  if (!all_timed) forecast.seconds = 0;
  forecast.memory_bytes = LargestTogether(stages, jobs);
  return forecast;
}

}  // namespace facet
