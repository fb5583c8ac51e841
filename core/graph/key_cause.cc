#include "core/graph/key_cause.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace facet {
namespace {

constexpr char kInputs[] = "inputs.";

// How many things were changed: another component is one, with all that it brings.
size_t CountChanges(const std::vector<KeyDifference>& differences) {
  std::set<std::string> replaced;  // "components.detector."
  for (const KeyDifference& difference : differences) {
    if (!absl::StartsWith(difference.path, "components.")) continue;
    if (!absl::EndsWith(difference.path, ".name")) continue;
    replaced.insert(difference.path.substr(0, difference.path.size() - 4));
  }
  size_t others = 0;
  for (const KeyDifference& difference : differences) {
    const bool of_replaced = absl::c_any_of(replaced, [&](const std::string& component) {
      return absl::StartsWith(difference.path, component);
    });
    others += of_replaced ? 0 : 1;
  }
  return replaced.size() + others;
}

class Finder {
 public:
  Finder(const StageGraph& graph, const std::vector<PlannedStage>& planned, const Store& store)
      : graph_(graph), planned_(planned), store_(store) {}

  // `made`: content of the artifact that it is compared with; empty: any of the stage's type.
  KeyCause Find(int stage, const std::string& port, const std::string& made) {
    KeyCause cause;
    cause.stage = stage;
    cause.port = port;
    const StageSpec& spec = graph_.stages[static_cast<size_t>(stage)];
    const PlannedStage& planned = planned_[static_cast<size_t>(stage)];
    const Artifact* nearest = Nearest(spec, planned, made);
    if (nearest == nullptr) return cause;
    cause.nearest = *nearest;
    cause.differences = CompareKeys(nearest->key_document, planned.document);
    for (const KeyDifference& difference : cause.differences) {
      if (!absl::StartsWith(difference.path, kInputs)) continue;
      const std::string input(absl::StripPrefix(difference.path, kInputs));
      const auto producer = spec.inputs.find(input);
      if (producer == spec.inputs.end() || !difference.before.is_string()) continue;
      cause.inputs.push_back(
          Find(producer->second, input, difference.before.get_ref<const std::string&>()));
    }
    return cause;
  }

 private:
  // Of a type, where it is not empty, and with a content, where that is not.
  const std::vector<Artifact>& Stored(const std::string& type, const std::string& made) {
    const auto [found, is_new] = stored_.try_emplace({type, made});
    if (!is_new) return found->second;
    for (const StoredEntry& entry : store_.index().Entries()) {
      if (!type.empty() && entry.type != type) continue;
      if (!made.empty() && entry.content != made) continue;
      // Not of the index, which forgets what was written within the last second.
      if (auto artifact = store_.Find(entry.key)) {
        found->second.push_back(*std::move(artifact));
      }
    }
    return found->second;
  }

  const Artifact* Nearest(const StageSpec& spec, const PlannedStage& planned,
                          const std::string& made) {
    // Another type of stage may have made what is at a port now.
    const Artifact* nearest = NearestOf(spec.type, spec, planned, made);
    return nearest == nullptr && !made.empty() ? NearestOf("", spec, planned, made) : nearest;
  }

  const Artifact* NearestOf(const std::string& type, const StageSpec& spec,
                            const PlannedStage& planned, const std::string& made) {
    const Artifact* nearest = nullptr;
    std::tuple<size_t, bool, std::string> rank;  // less is nearer, but of times
    for (const Artifact& artifact : Stored(type, made)) {
      const size_t differences = CountChanges(CompareKeys(artifact.key_document, planned.document));
      const std::string finished = artifact.provenance.value("finished", "");
      const bool other = artifact.name != spec.name;
      const bool nearer =
          nearest == nullptr ||
          std::tie(differences, other) < std::tie(std::get<0>(rank), std::get<1>(rank)) ||
          (differences == std::get<0>(rank) && other == std::get<1>(rank) &&
           finished > std::get<2>(rank));
      if (!nearer) continue;
      nearest = &artifact;
      rank = {differences, other, finished};
    }
    return nearest;
  }

  const StageGraph& graph_;
  const std::vector<PlannedStage>& planned_;
  const Store& store_;
  std::map<std::pair<std::string, std::string>, std::vector<Artifact>> stored_;
};

}  // namespace

KeyCause FindKeyCause(const StageGraph& graph, const std::vector<PlannedStage>& planned, int stage,
                      const Store& store) {
  return Finder(graph, planned, store).Find(stage, "", "");
}

}  // namespace facet
