#include "core/app/verb_run.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/build_info.h"
#include "core/app/planned_experiment.h"
#include "core/app/progress.h"
#include "core/app/run_record.h"
#include "core/app/run_room.h"
#include "core/app/signals.h"
#include "core/app/watched_run.h"
#include "core/base/text_columns.h"
#include "core/graph/executor.h"
#include "core/graph/input_digests.h"
#include "core/graph/run_plan.h"
#include "core/graph/scheduler.h"
#include "core/report/report.h"
#include "core/report/summary.h"
#include "core/report/table.h"

namespace facet {
namespace {

struct RunArguments {
  ExperimentArguments experiment;
  std::vector<std::string> rows;
  std::vector<std::string> force;
  int jobs = 1;
  bool fail_fast = false;
  bool watch = false;
  bool no_room_check = false;
  std::string progress = "auto";
};

Progress::Form FormOf(const RunArguments& arguments, const VerbContext& context) {
  if (arguments.progress == "json") return Progress::Form::kJson;
  if (context.verbosity < 0) return Progress::Form::kQuiet;
  if (arguments.progress == "plain") return Progress::Form::kPlain;
  const char* terminal = std::getenv("TERM");
  const bool live =
      ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string(terminal) != "dumb";
  return live ? Progress::Form::kLive : Progress::Form::kPlain;
}

// One run, from the plan to the exit code.
class RunCommand {
 public:
  RunCommand(const RunArguments& arguments, VerbContext& context)
      : arguments_(arguments), context_(context) {}

  int Run() {
    int exit_code = kExitDone;
    planned_ = PlanForVerb(arguments_.experiment, arguments_.rows, context_, &exit_code);
    if (planned_ == nullptr) return exit_code;
    if (const auto names = CheckStageNames(arguments_.force, planned_->plan.graph); !names.ok()) {
      return Fail(context_, names, kExitUsage);
    }
    if (const auto writable = planned_->store->CheckWritable(); !writable.ok()) {
      return Fail(context_, writable, kExitInput);
    }
    NoteFirstSignal();
    provenance_ = BuildInfo();
    provenance_["libraries"] = planned_->environment.libraries;
    auto record = RunRecord::Create(planned_->store->folder(), planned_->experiment, planned_->plan,
                                    RunProvenance());
    if (!record.ok()) return Fail(context_, record.status(), kExitInput);
    record_ = *std::move(record);
    outcomes_.resize(planned_->plan.graph.stages.size());
    if (!Execute()) {
      record_->AddEvent({{"event", "end"}, {"exit_code", kExitInput}});
      return Fail(context_, no_room_, kExitInput);
    }
    return Conclude();
  }

 private:
  // With what it read of the environment.
  std::string ReproducingCommand() const {
    std::map<std::string, std::string> variables = planned_->experiment.environment;
    const char* const plugins = std::getenv("FACET_PLUGIN_PATH");
    if (plugins != nullptr && *plugins != '\0') variables["FACET_PLUGIN_PATH"] = plugins;
    return context_.command_line(variables);
  }

  Json RunProvenance() const {
    Json provenance = provenance_;
    provenance["command"] = ReproducingCommand();
    for (const StageSpec& stage : planned_->plan.graph.stages) {
      for (const auto& [role, use] : stage.components) {
        provenance["plugins"][use.kind + "/" + use.name] = use.library_digest;
      }
    }
    return provenance;
  }

  // False: there is no room for it, and nothing was begun.
  bool Execute() {
    Progress progress(
        planned_->plan.graph, FormOf(arguments_, context_), context_.verbosity,
        [this](const Json& event) { record_->AddEvent(event); },
        [this](int stage, const StageOutcome& outcome) { OnSettled(stage, outcome); });
    InputDigests digests(
        planned_->store->index_path(),
        [&progress](const std::string& path, int64_t done, int64_t total) {
          progress.OnInputs(path, done, total);
        },
        [] { return StopSignal() != 0; });
    if (!Foresee(digests, progress)) return false;
    WorkerProcesses workers(context_.worker_path());
    RunOptions options;
    options.jobs = arguments_.jobs;
    options.fail_fast = arguments_.fail_fast;
    options.force = {arguments_.force.begin(), arguments_.force.end()};
    options.log_folder = record_->log_folder();
    options.stop = [this] { return is_too_large_ ? SIGTERM : StopSignal(); };
    options.provenance = provenance_;
    outcomes_ = RunStages(planned_->plan.graph, planned_->environment, *planned_->store, digests,
                          workers, progress, options);
    return true;
  }

  // Tells what the run will take; false: it is too much.
  bool Foresee(InputDigests& digests, Progress& progress) {
    forecaster_.emplace(planned_->plan, *planned_->store, provenance_["cpu"]);
    stages_ = PlanStages(planned_->plan.graph, planned_->environment, *planned_->store, digests,
                         {arguments_.force.begin(), arguments_.force.end()});
    const Forecast forecast = forecaster_->Of(stages_, arguments_.jobs);
    const std::string& store = planned_->store->folder();
    if (!arguments_.no_room_check) no_room_ = CheckRoom(forecast, store, arguments_.jobs);
    const std::string text = no_room_.ok() ? DescribeForecast(forecast, store) : "";
    if (!text.empty()) {
      Json event = ForecastToJson(forecast, store);
      event["event"] = "forecast";
      progress.Tell(event, text);
    }
    return no_room_.ok();
  }

  // Once a data set's images are counted, more is known of what will be made of them.
  void ForeseeMore(int stage, const StageOutcome& outcome) {
    PlannedStage& planned = stages_[static_cast<size_t>(stage)];
    planned.state = PlannedStage::State::kCached;
    planned.artifact = outcome.artifact;
    if (arguments_.no_room_check || is_too_large_) return;
    if (!(planned_->plan.TypeOf(stage).output == kSamples)) return;
    no_room_ = CheckRoom(forecaster_->Of(stages_, arguments_.jobs), planned_->store->folder(),
                         arguments_.jobs);
    is_too_large_ = !no_room_.ok();
  }

  // The report follows the run, so that it can be read while the run goes on.
  void OnSettled(int stage, const StageOutcome& outcome) {
    outcomes_[static_cast<size_t>(stage)] = outcome;
    if (outcome.state == StageState::kDone) ForeseeMore(stage, outcome);
    const bool shown = planned_->plan.TypeOf(stage).findings != nullptr;
    if (shown && outcome.state == StageState::kDone) {
      (void)WriteReport(CurrentReport(), record_->report_folder());
    }
  }

  Report CurrentReport() const {
    Report report = MakeReport(planned_->experiment, planned_->rows, planned_->plan, outcomes_,
                               *planned_->store);
    report.command = ReproducingCommand();
    for (const auto& [name, value] : provenance_.items()) {
      if (value.is_string()) report.provenance.emplace_back(name, value.get<std::string>());
    }
    for (const auto& [library, release] : planned_->environment.libraries) {
      report.provenance.emplace_back(library, release);
    }
    return report;
  }

  int Conclude() {
    const Report report = CurrentReport();
    absl::Status written = WriteReport(report, record_->report_folder());
    for (const ReportRow& row : report.rows) written.Update(record_->WriteRow(row));
    TableStyle style;
    style.colour = context_.Colored(1);
    style.failures = false;  // TellFailures() does
    const Report shown = OfRowsAskedFor(report);
    std::fputs(RenderTable(shown, style).c_str(), stdout);
    if (const size_t others = report.rows.size() - shown.rows.size(); others > 0) {
      std::printf("%zu other row%s not asked for\n", others, others == 1 ? " was" : "s were");
    }
    std::printf("report: %s/report.html\n", record_->report_folder().c_str());
    std::fflush(stdout);
    if (!written.ok())
      Warn(context_, absl::StrCat("the report is incomplete: ", written.message()));
    const int exit_code = ExitCode();
    TellFailures(report);
    if (is_too_large_) (void)Fail(context_, no_room_, kExitInput);
    if (exit_code != kExitDone && context_.verbosity >= 0) {
      std::fprintf(stderr, "to continue: %s\n", context_.command_line().c_str());
    }
    if (context_.verbosity >= 0) TellCounts();
    record_->AddEvent({{"event", "end"}, {"exit_code", exit_code}});
    return exit_code;
  }

  // The table's; the files of the report have all rows.
  Report OfRowsAskedFor(Report report) const {
    if (arguments_.rows.empty()) return report;
    const auto is_other = [this](const ReportRow& row) {
      return row.state != ReportRow::State::kReported &&  // to compare with
             std::find(arguments_.rows.begin(), arguments_.rows.end(), row.id) ==
                 arguments_.rows.end();
    };
    report.rows.erase(std::remove_if(report.rows.begin(), report.rows.end(), is_other),
                      report.rows.end());
    return report;
  }

  // A stage that several rows share fails once.
  static void TellFailures(const Report& report) {
    for (const ReasonLine& line : MakeReasons(report)) {
      if (!line.failed) continue;
      std::string text = absl::StrCat("failed: ", line.rows.size() == 1 ? "row " : "rows ");
      for (const ReportRow* row : line.rows) {
        absl::StrAppend(&text, row->id, row->label == row->id ? "" : " (" + row->label + ")", ", ");
      }
      const ReportRow& first = *line.rows.front();
      absl::StrAppend(&text, first.reason);
      if (!first.log_path.empty()) absl::StrAppend(&text, "\n  log: ", first.log_path);
      std::fprintf(stderr, "%s\n", Printable(text, /*several_lines=*/true).c_str());
    }
  }

  void TellCounts() const {
    int cached = 0, done = 0, failed = 0, open = 0;
    for (const StageOutcome& outcome : outcomes_) {
      if (outcome.state == StageState::kCached)
        ++cached;
      else if (outcome.state == StageState::kDone)
        ++done;
      else if (outcome.state == StageState::kFailed)
        ++failed;
      else
        ++open;
    }
    std::string text =
        absl::StrCat(outcomes_.size(), " stages: ", done, " computed, ", cached, " from the cache");
    if (failed > 0) absl::StrAppend(&text, ", ", failed, " failed");
    if (open > 0) absl::StrAppend(&text, ", ", open, " not run");
    std::fprintf(stderr, "%s\n", text.c_str());
  }

  int ExitCode() const {
    bool failed = false, stopped = false, only_inputs = true;
    for (const StageOutcome& outcome : outcomes_) {
      stopped = stopped || outcome.state == StageState::kStopped;
      if (outcome.state != StageState::kFailed) continue;
      failed = true;
      // A stage without a key could not read its inputs.
      only_inputs = only_inputs && outcome.key.empty();
    }
    if (is_too_large_) return kExitInput;
    if (stopped) return kExitInterrupted;
    if (!failed) return kExitDone;
    return only_inputs ? kExitInput : kExitRowFailed;
  }

  const RunArguments& arguments_;
  VerbContext& context_;
  std::unique_ptr<PlannedExperiment> planned_;
  std::unique_ptr<RunRecord> record_;
  Json provenance_;
  std::vector<StageOutcome> outcomes_;
  std::optional<Forecaster> forecaster_;
  std::vector<PlannedStage> stages_;  // as it was foreseen, and what has been computed since
  absl::Status no_room_;
  std::atomic<bool> is_too_large_{false};  // no_room_ was found while stages ran
};

}  // namespace

void AddRunVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<RunArguments>();
  Command verb = program.Subcommand(
      "run", "compute what is missing of an experiment and print its table; run again to resume");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->rows, "rows to compute; none: all");
  verb.Option("-j,--jobs", &arguments->jobs, "stages at once; each uses several cores")
      .Range(1, 1024)
      .ShowDefault();
  verb.Option("--force", &arguments->force, "stage to compute although it is cached; repeatable")
      .TypeName("STAGE");
  verb.Flag("--fail-fast", &arguments->fail_fast, "start nothing more after a failure");
  verb.Flag("--no-room-check", &arguments->no_room_check,
            "begin although disk or memory are forecast not to suffice");
  verb.Flag("--watch", &arguments->watch, "run again whenever the file or a plugin changes");
  verb.Option("--progress", &arguments->progress, "auto, plain or json (events on stderr)")
      .OneOf({"auto", "plain", "json"})
      .ShowDefault();
  verb.OnRun([arguments, &context] {
    if (arguments->watch) return WatchRun(arguments->experiment, context);
    FollowWatcher();
    return RunCommand(*arguments, context).Run();
  });
}

}  // namespace facet
