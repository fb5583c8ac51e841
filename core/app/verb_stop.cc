#include "core/app/verb_stop.h"

#include <signal.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/app/progress.h"
#include "core/app/run_state.h"
#include "core/app/verb_status.h"
#include "core/base/status.h"
#include "core/base/text_columns.h"
#include "core/report/find_results.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kStopTick = absl::Milliseconds(100);
constexpr absl::Duration kTellAgain = absl::Seconds(15);

struct StopArguments {
  std::string run;
  bool no_wait = false, now = false;
};

// The run that is going and meant. FailedPrecondition: none of those that are meant is, or several
// are and none was named.
absl::StatusOr<std::string> RunToStop(const std::string& store, const std::string& run) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> folders, FindRuns(store, run));
  std::vector<std::string> going, names;
  for (const std::string& folder : folders) {
    if (!IsGoing(folder)) continue;
    going.push_back(folder);
    const fs::path path(folder);
    names.push_back((path.parent_path().filename() / path.filename()).string());
  }
  if (going.size() == 1) return going[0];
  if (going.size() > 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        going.size(), " runs are going, name the one to stop: ", absl::StrJoin(names, ", ")));
  }
  FACET_ASSIGN_OR_RETURN(const RunStatus latest, ReadRun(folders.front()));
  if (latest.state == RunStatus::State::kElsewhere) {
    return absl::FailedPreconditionError(
        absl::StrCat(latest.name, " is computed by ", latest.host->Describe(), ": stop it there"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("nothing to stop: ", latest.name, " ", DescribeLife(latest, absl::Now())));
}

// What the next run of the same command finds.
void TellKept(const RunStatus& run, const std::string& store) {
  const std::map<std::string, int> counts = run.Counts();
  const auto count = [&](const char* state) {
    const auto found = counts.find(state);
    return found == counts.end() ? 0 : found->second;
  };
  std::printf("kept: %d of %zu stages (%d of them computed by this run)\n",
              count("done") + count("cached"), run.stages.size(), count("done"));
  for (const StageStatus& stage : run.stages) {
    const bool was_cut = stage.state == "stopped" || stage.state == "cut off";
    std::error_code error;
    const std::string checkpoints = absl::StrCat(store, "/cache/v1/checkpoints/", stage.key);
    if (!was_cut || stage.key.empty() || !fs::is_directory(checkpoints, error) ||
        fs::is_empty(checkpoints, error)) {
      continue;
    }
    Json progress = stage.progress;
    if (progress.is_object()) progress["seconds_left"] = progress["per_second"] = Json();
    const std::string reached = DescribeProgress(progress, absl::Now());
    std::printf("checkpoint: %s of %s %s%s\n", stage.name.c_str(),
                stage.rows.size() == 1 ? "row" : "rows",
                Printable(absl::StrJoin(stage.rows, ", ")).c_str(),
                reached.empty() ? "" : Printable(", it was at " + reached).c_str());
  }
}

void TellHowToContinue(const RunStatus& run) {
  if (run.host.has_value() && run.exit_code != kExitDone) {
    std::printf("to continue, in %s: %s\n", Printable(run.host->folder).c_str(),
                Printable(run.host->command).c_str());
  }
}

class StopCommand {
 public:
  StopCommand(const StopArguments& arguments, const VerbContext& context)
      : arguments_(arguments), context_(context) {}

  int Run() {
    const absl::StatusOr<std::string> folder = RunToStop(context_.store, arguments_.run);
    if (!folder.ok()) return Fail(context_, folder.status(), kExitInput);
    folder_ = *folder;
    const std::optional<RunHost> host = ReadRunHost(folder_);
    if (!host.has_value()) return Fail(context_, ReadRun(folder_).status(), kExitInput);
    // A second signal would end it at once.
    const bool is_told = !arguments_.now && WasTold();
    const absl::Status sent = is_told ? absl::OkStatus() : SignalHost(*host, SIGTERM);
    if (!sent.ok() && IsGoing(folder_)) return Refuse(*host, sent);
    const absl::Time start = absl::Now();
    if (arguments_.now) {
      Insist(*host);
    } else if (arguments_.no_wait) {
      std::printf("%s was told to stop; it writes its checkpoints first\n",
                  Printable(host->Describe()).c_str());
      return kExitDone;
    } else {
      Wait(start);
    }
    const absl::StatusOr<RunStatus> run = ReadRun(folder_);
    const RunStatus stopped = run.ok() ? *run : ReadRunLife(folder_);
    std::printf("%s: stopped after %s\n", Printable(stopped.name).c_str(),
                FormatDuration(absl::ToDoubleSeconds(absl::Now() - start)).c_str());
    if (run.ok()) {
      TellKept(stopped, fs::path(folder_).parent_path().parent_path().parent_path().string());
    } else {
      Warn(context_, std::string(run.status().message()));
    }
    TellHowToContinue(stopped);
    return kExitDone;
  }

 private:
  // Whatever else of its record is damaged.
  bool WasTold() const {
    for (const Json& event : ReadEvents(folder_)) {
      if (event.value("event", Json()) == "stop") return true;
    }
    return false;
  }

  int Refuse(const RunHost& host, const absl::Status& sent) const {
    if (absl::IsPermissionDenied(sent)) {
      return Fail(context_,
                  absl::PermissionDeniedError(absl::StrCat(sent.message(), ", and only ", host.user,
                                                           " or root can stop it")),
                  kExitLocked);
    }
    return Fail(context_,
                absl::FailedPreconditionError(
                    absl::StrCat(host.Describe(),
                                 " computes it and is not to be seen from here: in "
                                 "a container of this machine? Stop it there")),
                kExitLocked);
  }

  // Until it is gone: two signals at once may reach it as one.
  void Insist(const RunHost& host) const {
    while (IsGoing(folder_)) {
      absl::SleepFor(kStopTick);
      (void)SignalHost(host, SIGTERM);
    }
  }

  void Wait(absl::Time start) const {
    absl::Time told = start;
    while (IsGoing(folder_)) {
      absl::SleepFor(kStopTick);
      if (context_.verbosity < 0 || absl::Now() - told < kTellAgain) continue;
      told = absl::Now();
      std::fprintf(stderr, "waiting for its checkpoints, %s so far; --now leaves them\n",
                   FormatDuration(absl::ToDoubleSeconds(told - start)).c_str());
    }
  }

  const StopArguments& arguments_;
  const VerbContext& context_;
  std::string folder_;
};

}  // namespace

void AddStopVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<StopArguments>();
  Command verb = program.Subcommand(
      "stop", "end a run that is going: its stages write checkpoints, and it can be continued");
  verb.Positional("RUN", &arguments->run,
                  "a run (its name or folder) or an experiment; none: the one that is going");
  CommandOption no_wait =
      verb.Flag("--no-wait", &arguments->no_wait, "do not wait until it has ended");
  verb.Flag("--now", &arguments->now, "leave at once, from the last checkpoints on")
      .Excludes(no_wait);
  verb.OnRun([arguments, &context] { return StopCommand(*arguments, context).Run(); });
}

}  // namespace facet
