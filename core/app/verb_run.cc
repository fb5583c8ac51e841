#include "core/app/verb_run.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/app/failed_rows.h"
#include "core/app/latest_work.h"
#include "core/app/planned_experiment.h"
#include "core/app/progress.h"
#include "core/app/progress_file.h"
#include "core/app/provenance.h"
#include "core/app/run_record.h"
#include "core/app/run_report.h"
#include "core/app/run_room.h"
#include "core/app/signals.h"
#include "core/app/watched_run.h"
#include "core/base/text_columns.h"
#include "core/graph/executor.h"
#include "core/graph/input_digests.h"
#include "core/graph/run_plan.h"
#include "core/graph/scheduler.h"
#include "core/pipeline/experiment_layout.h"
#include "core/report/report.h"
#include "core/report/summary.h"
#include "core/report/table.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

struct RunArguments {
  ExperimentArguments experiment;
  std::vector<std::string> rows;
  std::vector<std::string> force;
  int jobs = 1;
  bool keep_going = false;  // as it is anyway
  bool fail_fast = false;
  bool no_cache = false;
  bool retry_failed = false;
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
      : arguments_(arguments), context_(context), rows_(arguments.rows) {}

  int Run() {
    int exit_code = kExitDone;
    if (arguments_.retry_failed && !TakeFailedRows(&exit_code)) return exit_code;
    // While the plan is made: git may take as long.
    std::future<Json> git = StartGitState(arguments_.experiment.file);
    planned_ = PlanForVerb(arguments_.experiment, rows_, context_, &exit_code);
    if (planned_ == nullptr) return exit_code;
    const StageGraph& graph = planned_->plan.graph;
    if (const auto names = CheckStageNames(arguments_.force, graph); !names.ok()) {
      return Fail(context_, names, kExitUsage);
    }
    if (const auto writable = planned_->store->CheckWritable(); !writable.ok()) {
      return Fail(context_, writable, kExitInput);
    }
    force_ = {arguments_.force.begin(), arguments_.force.end()};
    if (arguments_.no_cache) {
      for (const StageSpec& stage : graph.stages) force_.insert(stage.type);
    }
    NoteFirstSignal();
    provenance_ = ArtifactProvenance(*planned_, git.get());
    run_provenance_ = RunProvenance(*planned_, provenance_, ReproducingCommand());
    auto record = RunRecord::Create(planned_->store->folder(), planned_->experiment, planned_->plan,
                                    run_provenance_);
    if (!record.ok()) return Fail(context_, record.status(), kExitInput);
    record_ = *std::move(record);
    outcomes_.resize(graph.stages.size());
    last_word_.emplace([this](int code) { (void)End(code); });
    if (!Execute()) {
      (void)Fail(context_, no_room_, kExitInput);
      return End(kExitInput);
    }
    return Conclude();
  }

 private:
  // The rows that failed last, of those that the file still computes; false: the run is over.
  bool TakeFailedRows(int* exit_code) {
    const std::string& file = arguments_.experiment.file;
    const absl::StatusOr<FailedRows> failed = LastFailedRows(context_.store, file);
    if (!failed.ok()) {
      const bool is_damaged = absl::IsDataLoss(failed.status());
      *exit_code = Fail(context_, failed.status(), is_damaged ? kExitInput : kExitUsage);
      return false;
    }
    const LoadResult loaded =
        LoadExperiment(file, OverridesOf(arguments_.experiment),
                       MakeExperimentLayout(AllStageTypes()), context_.catalogue());
    const std::vector<std::string>& ids = failed->rows;
    if (!loaded.ok()) return true;  // the plan tells why
    for (const Row& row : loaded.experiment.rows) {
      const bool has_failed = std::find(ids.begin(), ids.end(), row.id) != ids.end();
      if (has_failed && row.skip.empty() && !row.reported) rows_.push_back(row.id);
    }
    if (!rows_.empty()) return true;
    if (context_.verbosity >= 0) {
      Say(context_, "note",
          absl::StrCat("no row ", ids.empty() ? "failed" : "that the file still computes failed",
                       " in the last run (", failed->run, "): there is nothing to try again"));
    }
    return false;
  }

  // With what it read of the environment.
  std::string ReproducingCommand() const {
    std::map<std::string, std::string> variables = planned_->experiment.environment;
    const char* const plugins = std::getenv("FACET_PLUGIN_PATH");
    if (plugins != nullptr && *plugins != '\0') variables["FACET_PLUGIN_PATH"] = plugins;
    return context_.command_line(variables);
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
    options.force = force_;
    options.log_folder = record_->log_folder();
    options.stop = [this] { return NoteStop(is_too_large_ ? SIGTERM : StopSignal()); };
    options.computed = [this](int stage, const Artifact& artifact) {
      ForeseeMore(stage, artifact);
    };
    options.provenance = provenance_;
    ProgressFile observer(record_->folder(), progress);
    const std::vector<StageOutcome> outcomes =
        RunStages(planned_->plan.graph, planned_->environment, *planned_->store, digests, workers,
                  observer, options);
    reports_.Finish();  // before the last one is written
    const std::lock_guard<std::mutex> lock(mutex_);
    outcomes_ = outcomes;
    return true;
  }

  // Those who look on must know: `facet stop` does not tell it twice.
  int NoteStop(int signal) {
    if (signal != 0 && !is_stopping_.exchange(true)) {
      record_->AddEvent({{"event", "stop"}, {"signal", signal}});
    }
    return signal;
  }

  // Tells what the run will take; false: it is too much.
  bool Foresee(InputDigests& digests, Progress& progress) {
    forecaster_.emplace(planned_->plan, *planned_->store, provenance_["cpu"]);
    stages_ =
        PlanStages(planned_->plan.graph, planned_->environment, *planned_->store, digests, force_);
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

  // Once a data set's images are counted, more is known of what will be made of them. From the
  // threads of stages.
  void ForeseeMore(int stage, const Artifact& artifact) {
    const std::lock_guard<std::mutex> lock(forecast_mutex_);
    PlannedStage& planned = stages_[static_cast<size_t>(stage)];
    planned.state = PlannedStage::State::kCached;
    planned.artifact = artifact;
    if (arguments_.no_room_check || is_too_large_) return;
    if (!(planned_->plan.TypeOf(stage).output == kSamples)) return;
    no_room_ = CheckRoom(forecaster_->Of(stages_, arguments_.jobs), planned_->store->folder(),
                         arguments_.jobs);
    is_too_large_ = !no_room_.ok();
  }

  // The report follows the run, so that it can be read while the run goes on. It is written by a
  // thread of its own: no stage waits for it.
  void OnSettled(int stage, const StageOutcome& outcome) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      outcomes_[static_cast<size_t>(stage)] = outcome;
    }
    const bool shown = planned_->plan.TypeOf(stage).findings != nullptr;
    if (shown && outcome.state == StageState::kDone) reports_.Ask();
  }

  std::vector<StageOutcome> OutcomesSoFar() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return outcomes_;
  }

  Report CurrentReport() {
    Report report = MakeReport(planned_->experiment, planned_->rows, planned_->plan,
                               OutcomesSoFar(), *planned_->store);
    report.command = ReproducingCommand();
    report.provenance = ShownProvenance(run_provenance_);
    report.origin = run_provenance_;
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
    TellFailures(report);
    if (is_too_large_) (void)Fail(context_, no_room_, kExitInput);
    return End(ExitCode());
  }

  // The last lines, and the run's last event: once, although a second signal may come meanwhile.
  int End(int exit_code) {
    const std::lock_guard<std::mutex> lock(end_mutex_);
    if (is_ended_) return exit_code;
    is_ended_ = true;
    const std::vector<StageOutcome> outcomes = OutcomesSoFar();
    const std::string to_continue = exit_code == kExitDone ? "" : context_.command_line();
    std::map<StageState, int> counts;
    for (const StageOutcome& outcome : outcomes) ++counts[outcome.state];
    const int num_stages = static_cast<int>(outcomes.size()), done = counts[StageState::kDone],
              cached = counts[StageState::kCached], failed = counts[StageState::kFailed];
    const int open = num_stages - done - cached - failed;
    Json event = {{"event", "end"},   {"exit_code", exit_code}, {"stages", num_stages},
                  {"computed", done}, {"cached", cached},       {"failed", failed},
                  {"not_run", open}};
    if (!to_continue.empty()) event["continue"] = to_continue;
    const std::string cost = CostText(outcomes);
    if (!cost.empty()) event["cost"] = cost;
    record_->AddEvent(event);
    if (context_.json_events) {
      TellEvent(event);
    } else if (context_.verbosity >= 0) {
      if (!to_continue.empty()) std::fprintf(stderr, "to continue: %s\n", to_continue.c_str());
      std::string text =
          absl::StrCat(num_stages, " stages: ", done, " computed, ", cached, " from the cache");
      if (failed > 0) absl::StrAppend(&text, ", ", failed, " failed");
      if (open > 0) absl::StrAppend(&text, ", ", open, " not run");
      std::fprintf(stderr, "%s\n", text.c_str());
      if (!cost.empty()) std::fprintf(stderr, "cost: %s\n", cost.c_str());
    }
    return exit_code;
  }

  // The table's; the files of the report have all rows.
  Report OfRowsAskedFor(Report report) const {
    if (rows_.empty()) return report;
    std::set<std::string> asked_for;
    for (const Row* row : planned_->rows) asked_for.insert(row->id);
    const auto is_other = [&asked_for](const ReportRow& row) {
      return row.state != ReportRow::State::kReported &&  // to compare with
             asked_for.count(row.id) == 0;
    };
    report.rows.erase(std::remove_if(report.rows.begin(), report.rows.end(), is_other),
                      report.rows.end());
    return report;
  }

  // A stage that several rows share fails once.
  void TellFailures(const Report& report) const {
    for (const ReasonLine& line : MakeReasons(report)) {
      if (!line.failed) continue;
      std::vector<std::string> ids, named;
      for (const ReportRow* row : line.rows) {
        ids.push_back(row->id);
        named.push_back(row->id + (row->label == row->id ? "" : " (" + row->label + ")"));
      }
      const ReportRow& first = *line.rows.front();
      if (context_.json_events) {
        TellEvent({{"event", "failed"},
                   {"rows", ids},
                   {"message", first.reason},
                   {"log", first.log_path}});
        continue;
      }
      std::string text =
          absl::StrCat("failed: ", ids.size() == 1 ? "row " : "rows ", absl::StrJoin(named, ", "),
                       ", ", absl::StrReplaceAll(first.reason, {{"\n", "\n  "}}));
      if (!first.log_path.empty()) absl::StrAppend(&text, "\n  log: ", first.log_path);
      std::fprintf(stderr, "%s\n", Printable(text, /*several_lines=*/true).c_str());
    }
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
  Json provenance_, run_provenance_;
  std::vector<std::string> rows_;  // those asked for; none: all
  std::set<std::string> force_;
  std::mutex mutex_;
  std::vector<StageOutcome> outcomes_;  // mutex_ is held while stages run
  std::mutex forecast_mutex_;           // held, while stages run, for the next three
  std::optional<Forecaster> forecaster_;
  std::vector<PlannedStage> stages_;  // as it was foreseen, and what has been computed since
  absl::Status no_room_;
  std::atomic<bool> is_stopping_{false};
  std::atomic<bool> is_too_large_{false};  // no_room_ was found while stages ran
  std::mutex end_mutex_;
  bool is_ended_ = false;  // end_mutex_ is held
  LatestWork reports_{[this] { (void)WriteReport(CurrentReport(), record_->report_folder()); }};
  std::optional<LastWord> last_word_;  // gone before the rest: it tells of it
};

}  // namespace

void AddRunVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<RunArguments>();
  Command verb = program.Subcommand(
      "run", "compute what is missing of an experiment and print its table; run again to resume");
  AddExperimentArguments(verb, &arguments->experiment);
  CommandOption rows = verb.Positional("ROW", &arguments->rows, "rows to compute; none: all");
  verb.Option("-j,--jobs", &arguments->jobs,
              "stages at once, as long as each thread of a network has a core")
      .Range(1, 1024)
      .ShowDefault();
  verb.Option("--force", &arguments->force, "stage to compute although it is cached; repeatable")
      .TypeName("STAGE");
  verb.Flag("--no-cache", &arguments->no_cache,
            "compute every stage of the rows although it is cached; what is computed is stored");
  CommandOption keep_going =
      verb.Flag("--keep-going", &arguments->keep_going,
                "after a failure go on with all that does not depend on it (the default)");
  verb.Flag("--fail-fast", &arguments->fail_fast, "start nothing more after a failure")
      .Excludes(keep_going);
  verb.Flag("--retry-failed", &arguments->retry_failed,
            "only the rows that failed in the file's last run (a failed stage is never cached: "
            "without "
            "this, every run tries it again, and computes what else is missing)")
      .Excludes(rows);
  verb.Flag("--no-room-check", &arguments->no_room_check,
            "begin although disk or memory are forecast not to suffice");
  verb.Flag("--watch", &arguments->watch, "run again whenever the file or a plugin changes");
  verb.Option("--progress", &arguments->progress, "auto, plain or json (events on stderr)")
      .OneOf({"auto", "plain", "json"})
      .ShowDefault();
  verb.OnRun([arguments, &context] {
    context.json_events = arguments->progress == "json";
    if (arguments->watch) return WatchRun(arguments->experiment, context);
    FollowWatcher();
    return RunCommand(*arguments, context).Run();
  });
}

}  // namespace facet
