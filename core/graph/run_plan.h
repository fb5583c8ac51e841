// What a run of a graph would do, without doing it: what is cached, what would run, and why.
#ifndef FACET_CORE_GRAPH_RUN_PLAN_H_
#define FACET_CORE_GRAPH_RUN_PLAN_H_

#include <set>
#include <string>
#include <vector>

#include "core/graph/input_digests.h"
#include "core/graph/key.h"
#include "core/graph/stage.h"
#include "core/graph/store.h"

namespace facet {

struct PlannedStage {
  enum class State { kCached, kRun, kWaits, kBlocked } state = State::kWaits;
  std::string key;    // kWaits: a stand-in (key.h, PendingInput)
  Json document;      // of the key; kBlocked: null
  Artifact artifact;  // kCached
  std::string why;    // kRun: what differs from the nearest artifact; kBlocked: what is missing
  std::vector<KeyDifference> differences;  // kRun: the same, as the keys have it
  std::vector<int> waits_for;              // kWaits: stages that must run first
};
std::vector<PlannedStage> PlanStages(const StageGraph& graph, const KeyEnvironment& environment,
                                     const Store& store, InputDigests& digests,
                                     const std::set<std::string>& force);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_RUN_PLAN_H_
