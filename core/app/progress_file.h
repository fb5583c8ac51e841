// How far the stages of a run are, for those who look on: progress.json in the run's folder,
// replaced at most once a second. It may lag behind and be lost; what happened is in events.jsonl.
//
//   {"schema": 1, "stages": {"<index in plan.json>": {"done", "total", "unit", "note", "time",
//     "per_second", "seconds_left"}}}
//
// per_second and seconds_left are null where they are not known; seconds_left is of the part that
// the stage counts now, as `parts` says how many there were. What a stage had reached when it was
// stopped or failed stays.
#ifndef FACET_CORE_APP_PROGRESS_FILE_H_
#define FACET_CORE_APP_PROGRESS_FILE_H_

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "core/app/progress_rate.h"
#include "core/base/json.h"
#include "core/graph/scheduler.h"

namespace facet {

// Hands on to another observer what it is told.
class ProgressFile final : public RunObserver {
 public:
  ProgressFile(const std::string& run_folder, RunObserver& next);

  void OnStage(int stage, const StageOutcome& outcome) override;
  void OnProgress(int stage, const StageProgress& progress) override;
  void OnAsk(int stage, const std::string& sentence) override;
  void OnWait(int stage, const std::string& holder) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    Clock::time_point start;
    ProgressRate pace;
    Json said;  // null: nothing yet
  };

  void Write();

  const std::string path_;
  RunObserver& next_;
  std::mutex mutex_;
  std::map<int, Running> stages_;
  Clock::time_point last_write_;
};

}  // namespace facet

#endif  // FACET_CORE_APP_PROGRESS_FILE_H_
