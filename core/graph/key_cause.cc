#include "core/graph/key_cause.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace facet {
namespace {

constexpr char kInputs[] = "inputs.";
constexpr size_t kUnknown = 1000;  // changes; more than any that are known

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
      : graph_(graph), planned_(planned), store_(store) {
    store.index().Refresh();
  }

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
      if (auto artifact = store_.Said(entry.key)) {
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
    std::vector<const Artifact*> nearest;
    std::pair<size_t, bool> rank;  // less is nearer
    for (const Artifact& artifact : Stored(type, made)) {
      const size_t changes = CountChanges(CompareKeys(artifact.key_document, planned.document));
      const std::pair<size_t, bool> own = {changes, artifact.name != spec.name};
      if (!nearest.empty() && rank < own) continue;
      if (nearest.empty() || own < rank) nearest.clear();
      nearest.push_back(&artifact);
      rank = own;
    }
    return nearest.size() < 2 ? (nearest.empty() ? nullptr : nearest.front())
                              : NearestBelow(nearest, spec, planned);
  }

  const Artifact* NearestBelow(const std::vector<const Artifact*>& equals, const StageSpec& spec,
                               const PlannedStage& planned) {
    const Artifact* nearest = nullptr;
    size_t fewest = 0;
    for (const Artifact* const artifact : equals) {
      const size_t changes =
          ChangesBelow(spec, CompareKeys(artifact->key_document, planned.document));
      const auto finished = [](const Artifact& each) {
        return each.provenance.value("finished", "");
      };
      const bool nearer = nearest == nullptr || changes < fewest ||
                          (changes == fewest && finished(*artifact) > finished(*nearest));
      if (!nearer) continue;
      nearest = artifact;
      fewest = changes;
    }
    return nearest;
  }

  size_t ChangesBelow(const StageSpec& spec, const std::vector<KeyDifference>& differences) {
    size_t changes = 0;
    for (const KeyDifference& difference : differences) {
      if (!absl::StartsWith(difference.path, kInputs)) continue;
      const auto producer = spec.inputs.find(difference.path.substr(sizeof(kInputs) - 1));
      // An input that one of them lacks: there is no more to compare.
      changes += producer == spec.inputs.end() || !difference.before.is_string()
                     ? kUnknown
                     : ChangesSince(producer->second,
                                    difference.before.get_ref<const std::string&>());
    }
    return changes;
  }

  // Of the stage and all below it, since what made that content.
  size_t ChangesSince(int stage, const std::string& made) {
    const auto known = changes_since_.find({stage, made});
    if (known != changes_since_.end()) return known->second;
    const StageSpec& spec = graph_.stages[static_cast<size_t>(stage)];
    const PlannedStage& planned = planned_[static_cast<size_t>(stage)];
    size_t changes = kUnknown;
    if (const Artifact* const nearest = Nearest(spec, planned, made)) {
      const auto differences = CompareKeys(nearest->key_document, planned.document);
      changes = CountChanges(differences) + ChangesBelow(spec, differences);
    }
    changes_since_[{stage, made}] = changes;
    return changes;
  }

  const StageGraph& graph_;
  const std::vector<PlannedStage>& planned_;
  const Store& store_;
  std::map<std::pair<std::string, std::string>, std::vector<Artifact>> stored_;
  std::map<std::pair<int, std::string>, size_t> changes_since_;  // by stage and content
};

}  // namespace

KeyCause FindKeyCause(const StageGraph& graph, const std::vector<PlannedStage>& planned, int stage,
                      const Store& store) {
  return Finder(graph, planned, store).Find(stage, "", "");
}

}  // namespace facet
