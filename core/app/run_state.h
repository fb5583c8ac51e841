// What a run's folder says of the run: how far each row and stage is, whether it is still going.
// For those who look on from outside, while it is going or after its end, whatever its end was.
#ifndef FACET_CORE_APP_RUN_STATE_H_
#define FACET_CORE_APP_RUN_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/app/run_host.h"
#include "core/base/json.h"

namespace facet {

// The events of a run, the oldest first. Lines that their checksum does not fit, as the last one of
// a run that is writing it or was killed, are left out.
std::vector<Json> ReadEvents(const std::string& run_folder);

struct StageStatus {
  std::string name;
  std::vector<std::string> rows;
  // As events name them ("running", "cached", "done", "failed", "blocked", "stopped"); "pending"
  // before the first; "waiting": another process computes it; "cut off": the run ended without it.
  std::string state = "pending";
  std::string key, log;   // log: name of its file, below logs/
  std::string message;    // why it failed, whom it waits for
  absl::Time since;       // of the state
  double seconds = -1.0;  // that it took; negative: not known
  Json progress;          // progress_file.h; null: it has said nothing

  bool HasArtifact() const { return state == "cached" || state == "done"; }
};

struct RowStatus {
  std::string id;
  // "done", "failed", "running", "waiting", "stopped", "cut off", "not run"
  std::string state;
  int stage = -1;  // that runs, failed, was stopped, or is next; negative: none
};

struct RunStatus {
  enum class State {
    kGoing,
    kEnded,      // it said so, with its exit code
    kCutOff,     // it ended without a word: killed
    kElsewhere,  // on another machine, without a word of its end so far
    kUnknown     // a run of a facet that did not say who it was, without a word of its end
  };
  std::string folder, name;  // name: "table4/20261130T162248Z-56b7fb"
  State state = State::kUnknown;
  int exit_code = -1;     // of kEnded
  bool stopping = false;  // it was told to stop
  std::optional<RunHost> host;
  absl::Time since, last_event;
  std::vector<StageStatus> stages;  // as in plan.json
  std::vector<RowStatus> rows;

  // As far as it is known.
  bool IsOver() const { return state != State::kGoing && state != State::kElsewhere; }
  // Of stages, by state.
  std::map<std::string, int> Counts() const;
};

// NotFound: the folder holds no run. DataLoss: what it says of itself is cut off or damaged;
// FailedPrecondition: it is no file.
absl::StatusOr<RunStatus> ReadRun(const std::string& run_folder);
// What the folder's name, host.json and its lock alone tell, of a run whose record is damaged: no
// stage and no row, and of one that is over not how it ended.
RunStatus ReadRunLife(const std::string& run_folder);
// Whether it is going here, without reading its events.
bool IsGoing(const std::string& run_folder);

// "1200/5000 images, 240/s, 15 s left, loss 3.21"; empty where nothing was said.
std::string DescribeProgress(const Json& progress, absl::Time now);

}  // namespace facet

#endif  // FACET_CORE_APP_RUN_STATE_H_
