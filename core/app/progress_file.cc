#include "core/app/progress_file.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace facet {
namespace {

constexpr auto kWriteInterval = std::chrono::seconds(1);

}  // namespace

ProgressFile::ProgressFile(const std::string& run_folder, RunObserver& next)
    : path_(run_folder + "/progress.json"), next_(next) {}

void ProgressFile::OnStage(int stage, const StageOutcome& outcome) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (outcome.state == StageState::kRunning) {
      stages_[stage].start = Clock::now();
    } else if (HasArtifact(outcome.state)) {
      stages_.erase(stage);
    } else if (stages_.count(stage) > 0) {
      Write();  // the last word of a stage that did not come to its end
    }
  }
  next_.OnStage(stage, outcome);
}

void ProgressFile::OnProgress(int stage, const StageProgress& progress) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Running& running = stages_[stage];
    const double now = std::chrono::duration<double>(Clock::now() - running.start).count();
    running.pace.Add(now, progress);
    running.said = ToJson(progress);
    const double rate = running.pace.per_second(), left = running.pace.SecondsLeft(now);
    running.said["per_second"] = rate > 0.0 ? Json(rate) : Json();
    running.said["seconds_left"] = left >= 0.0 ? Json(left) : Json();
    running.said["parts"] = running.pace.part();
    running.said["time"] = absl::FormatTime(absl::RFC3339_sec, absl::Now(), absl::UTCTimeZone());
    if (Clock::now() - last_write_ >= kWriteInterval) Write();
  }
  next_.OnProgress(stage, progress);
}

void ProgressFile::OnAsk(int stage, const std::string& sentence) { next_.OnAsk(stage, sentence); }

void ProgressFile::OnWait(int stage, const std::string& holder) { next_.OnWait(stage, holder); }

// Without a sync: after a power failure nobody asks how far a stage was.
void ProgressFile::Write() {
  last_write_ = Clock::now();
  Json stages = Json::object();
  for (const auto& [stage, running] : stages_) {
    if (!running.said.is_null()) stages[absl::StrCat(stage)] = running.said;
  }
  const std::string made = path_ + ".new";
  std::ofstream stream(made, std::ios::binary);
  stream << Dump({{"schema", 1}, {"stages", std::move(stages)}}) << "\n";
  stream.close();
  if (!stream || std::rename(made.c_str(), path_.c_str()) != 0) std::remove(made.c_str());
}

}  // namespace facet
