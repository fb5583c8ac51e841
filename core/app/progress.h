// Progress of a run on stderr: live lines on a terminal, one per running stage; elsewhere one plain
// line per change of state and at most one per stage and minute; or one JSON event a line
// (--progress=json), of which "state" is a stage's: pending, running, cached, done, failed, blocked,
// stopped. What a stage asks people to do is printed in every form, --quiet too. All but that and
// the progress within stages is told in the run's events.jsonl too.
#ifndef FACET_CORE_APP_PROGRESS_H_
#define FACET_CORE_APP_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "core/app/progress_rate.h"
#include "core/base/json.h"
#include "core/graph/scheduler.h"

namespace facet {

class Progress final : public RunObserver {
 public:
  enum class Form { kQuiet, kPlain, kLive, kJson };

  // `record` gets every event but progress; `settled` is called after a stage settled.
  Progress(const StageGraph& graph, Form form, int verbosity,
           std::function<void(const Json&)> record,
           std::function<void(int stage, const StageOutcome&)> settled);
  ~Progress() override;

  void OnStage(int stage, const StageOutcome& outcome) override;
  void OnProgress(int stage, const StageProgress& progress) override;
  void OnAsk(int stage, const std::string& sentence) override;
  void OnWait(int stage, const std::string& holder) override;
  // Input files are being hashed (InputDigests::Progress).
  void OnInputs(const std::string& path, int64_t done, int64_t total);
  // Of the run as a whole: an event, and its line.
  void Tell(const Json& event, const std::string& text);
  // Takes the live lines away. Called before anything else is printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    Clock::time_point start, last_line;
    StageProgress progress;
    ProgressRate pace;
  };

  void Emit(const Json& event);
  void Line(const std::string& text);  // a plain line, above the live ones
  void Redraw(bool now);
  void Erase();
  std::string Label(int stage) const;
  std::string LiveLine(int stage, const Running& running) const;
  std::string Counts() const;

  const StageGraph& graph_;
  const Form form_;
  const int verbosity_;
  const std::function<void(const Json&)> record_;
  const std::function<void(int, const StageOutcome&)> settled_;

  std::mutex mutex_;
  std::map<int, Running> running_;
  int num_cached_ = 0, num_done_ = 0, num_failed_ = 0;
  int lines_drawn_ = 0;
  Clock::time_point last_draw_, last_inputs_;
  std::string inputs_line_;
};

// The rows that use a stage: "a,b,c", of many the first few.
std::string UsersText(const StageSpec& stage);

// "42 s", "3 min 05 s", "1 h 12 min".
std::string FormatDuration(double seconds);

}  // namespace facet

#endif  // FACET_CORE_APP_PROGRESS_H_
