#include "core/graph/run_plan.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/graph/stored_stage.h"

namespace facet {
namespace {

// "loss.margin 0.2 -> 0.3, input crops and 2 more"
std::string NearestDifference(const StageSpec& stage, const Json& document, const Store& store,
                              std::vector<KeyDifference>* differences) {
  const std::optional<Json> found = store.index().Nearest(stage.type, document);
  if (!found) return absl::StrCat("no ", stage.type, " stage was run yet");
  *differences = CompareKeys(*found, document);
  const std::vector<KeyDifference>& nearest = *differences;
  if (nearest.empty()) return "its artifact is damaged or the folder that it kept is gone";
  constexpr size_t kShown = 3;
  std::string text = "changed: ";
  for (size_t i = 0; i < nearest.size() && i < kShown; ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", DescribeDifference(nearest[i]));
  }
  if (nearest.size() > kShown) absl::StrAppend(&text, " and ", nearest.size() - kShown, " more");
  return text;
}

PlannedStage PlanStage(const StageSpec& stage, const std::vector<PlannedStage>& before,
                       const KeyEnvironment& environment, const Store& store, InputDigests& digests,
                       bool forced) {
  PlannedStage planned;
  std::map<std::string, std::string> inputs;
  std::map<std::string, const Artifact*> artifacts;
  for (const auto& [port, producer] : stage.inputs) {
    const PlannedStage& input = before[static_cast<size_t>(producer)];
    if (input.state == PlannedStage::State::kBlocked) {
      planned.state = PlannedStage::State::kBlocked;
      planned.why = input.why;
      return planned;
    }
    const bool known = input.state == PlannedStage::State::kCached;
    inputs[port] = known ? input.artifact.ContentDigest() : PendingInput(input.key);
    if (known) {
      artifacts[port] = &input.artifact;
    } else {
      planned.waits_for.push_back(producer);
    }
  }
  const auto externals = ExternalDigests(stage, artifacts, store, digests);
  if (!externals.ok()) {
    planned.state = PlannedStage::State::kBlocked;
    planned.why = std::string(externals.status().message());
    return planned;
  }
  StageKey key = ComputeKey(stage, inputs, *externals, environment);
  planned.key = key.digest;
  planned.document = std::move(key.document);
  if (!planned.waits_for.empty()) return planned;
  std::optional<Artifact> artifact =
      forced ? std::nullopt : FindArtifact(stage, planned.key, store, digests);
  if (artifact) {
    planned.state = PlannedStage::State::kCached;
    planned.artifact = *std::move(artifact);
  } else {
    planned.state = PlannedStage::State::kRun;
    planned.why = forced ? "--force"
                         : NearestDifference(stage, planned.document, store, &planned.differences);
  }
  return planned;
}

}  // namespace

std::vector<PlannedStage> PlanStages(const StageGraph& graph, const KeyEnvironment& environment,
                                     const Store& store, InputDigests& digests,
                                     const std::set<std::string>& force) {
  store.index().Refresh();
  std::vector<PlannedStage> planned;
  for (const StageSpec& stage : graph.stages) {
    planned.push_back(
        PlanStage(stage, planned, environment, store, digests, IsForced(stage, force)));
  }
  return planned;
}

}  // namespace facet
