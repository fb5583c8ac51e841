// Runs the stages of a graph: what is in the store is taken from there, the rest is computed, in
// dependency order, each in a worker. What does not depend on a failed stage goes on.
#ifndef FACET_CORE_GRAPH_SCHEDULER_H_
#define FACET_CORE_GRAPH_SCHEDULER_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/graph/executor.h"
#include "core/graph/input_digests.h"
#include "core/graph/key.h"
#include "core/graph/stage.h"
#include "core/graph/store.h"

namespace facet {

enum class StageState {
  kPending,
  kRunning,
  kCached,  // was in the store
  kDone,    // computed now
  kFailed,
  kBlocked,  // an input failed, or the run ended first (fail_fast)
  kStopped,  // by a signal; run again to resume
};
const char* StageStateName(StageState state);  // "cached" ...
inline bool HasArtifact(StageState state) {
  return state == StageState::kCached || state == StageState::kDone;
}

struct StageOutcome {
  StageState state = StageState::kPending;
  std::string key;       // once its inputs are known
  Artifact artifact;     // of kCached and kDone
  absl::Status status;   // of kFailed
  std::string log_path;  // of stages that ran
  double seconds = 0.0;  // wall time of this run
};

// Told of everything, one call at a time, from any thread. `stage` is an index into the graph.
class RunObserver {
 public:
  virtual ~RunObserver();
  virtual void OnStage(int stage, const StageOutcome& outcome) = 0;  // the state changed
  virtual void OnProgress(int stage, const StageProgress& progress) = 0;
  // What people must do now.
  virtual void OnAsk(int stage, const std::string& sentence) = 0;
  // Another process computes this stage: `holder` says which.
  virtual void OnWait(int stage, const std::string& holder) = 0;
};

struct RunOptions {
  int jobs = 1;       // stages at once, as long as cores last (core_budget.h)
  int num_cores = 0;  // 0: those that this process may use
  bool fail_fast = false;
  std::set<std::string> force;  // types or names of stages to compute although they are cached
  std::string log_folder;       // logs are <row>.<stage>.log
  StageRunner::StopFunction stop;
  // Called when a stage was computed, before anything begins that takes its artifact; other stages
  // go on, and so may other calls.
  std::function<void(int stage, const Artifact& artifact)> computed;
  Json provenance = Json::object();  // of the host, kept in every artifact
};

// The outcome of every stage, in the graph's order.
std::vector<StageOutcome> RunStages(const StageGraph& graph, const KeyEnvironment& environment,
                                    Store& store, InputDigests& digests, StageRunner& runner,
                                    RunObserver& observer, const RunOptions& options);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_SCHEDULER_H_
