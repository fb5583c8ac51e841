#include "core/app/verb_status.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/app/progress.h"
#include "core/base/text_columns.h"
#include "core/report/find_results.h"
#include "core/report/grid.h"

namespace facet {
namespace {

constexpr size_t kManyRows = 40;
constexpr absl::Duration kSilent = absl::Minutes(10);  // of a run elsewhere: longer is a long time

struct StatusArguments {
  std::string run;
  bool json = false;
};

std::string Ago(absl::Time time, absl::Time now) {
  return FormatDuration(absl::ToDoubleSeconds(std::max(now - time, absl::ZeroDuration())));
}

std::string UtcText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", time, absl::UTCTimeZone());
}

// "21 stages: 5 computed, 3 from the cache, 1 runs, 12 to come"
std::string CountsText(const RunStatus& run) {
  struct Word {
    const char *state, *text;
  };
  constexpr Word kWords[] = {{"done", "computed"},   {"cached", "from the cache"},
                             {"failed", "failed"},   {"running", "running"},
                             {"stopped", "stopped"}, {"cut off", "cut off"},
                             {"blocked", "blocked"}, {"waiting", "waiting for another process"},
                             {"pending", "to come"}};
  const std::map<std::string, int> counts = run.Counts();
  std::vector<std::string> parts;
  for (const auto& [state, text] : kWords) {
    const auto found = counts.find(state);
    const char* const word = state == std::string("pending") && run.IsOver() ? "not run" : text;
    if (found != counts.end()) parts.push_back(absl::StrCat(found->second, " ", word));
  }
  return absl::StrCat(run.stages.size(), " stages: ", absl::StrJoin(parts, ", "));
}

Tone ToneOf(const RowStatus& row) {
  if (row.state == "failed" || row.state == "cut off") return Tone::kBad;
  if (row.state == "running") return Tone::kStrong;
  if (row.state == "done") return Tone::kGood;
  return Tone::kMuted;
}

// A line of the table: the whole message is in the stage's log, in the report and in --json.
std::string Cut(const std::string& text) {
  constexpr int kMostColumns = 100;
  if (CodePoints(text) <= kMostColumns) return text;
  return absl::StrCat(text.substr(0, ByteOfColumn(text, kMostColumns)), "…");
}

std::string StageText(const RunStatus& run, const RowStatus& row, absl::Time now) {
  if (row.stage < 0 || row.state == "not run") return "";
  const StageStatus& stage = run.stages[static_cast<size_t>(row.stage)];
  std::string text = stage.name;
  if (stage.state == "running") absl::StrAppend(&text, ", ", Ago(stage.since, now));
  if (stage.state == "waiting") absl::StrAppend(&text, ", ", stage.message, " computes it");
  if (stage.state == "failed") {
    return Cut(absl::StrCat(text, ": ", stage.message.substr(0, stage.message.find('\n'))));
  }
  Json progress = stage.progress;
  if (stage.state != "running" && progress.is_object()) progress["seconds_left"] = Json();
  const std::string reached = DescribeProgress(progress, now);
  if (!reached.empty()) absl::StrAppend(&text, stage.state == "running" ? ", " : " at ", reached);
  return text;
}

const char* StateWord(RunStatus::State state) {
  switch (state) {
    case RunStatus::State::kGoing:
      return "going";
    case RunStatus::State::kEnded:
      return "ended";
    case RunStatus::State::kCutOff:
      return "cut off";
    case RunStatus::State::kElsewhere:
      return "elsewhere";
    case RunStatus::State::kUnknown:
      break;
  }
  return "unknown";
}

std::string EndText(int exit_code) {
  switch (exit_code) {
    case kExitDone:
      return "done";
    case kExitRowFailed:
      return "some rows failed";
    case kExitInput:
      return "an input or room was missing";
    case kExitInterrupted:
      return "stopped after a checkpoint";
    case 128 + SIGINT:
    case 128 + SIGTERM:
      return "stopped at once";
    default:
      return absl::StrCat("exit code ", exit_code);
  }
}

// Also on another machine, as far as its files tell.
bool SeemsGoing(const std::string& folder, absl::Time now) {
  const HostLife life = LifeOf(folder, ReadRunHost(folder));
  if (life != HostLife::kElsewhere) return life == HostLife::kLives;
  const absl::StatusOr<RunStatus> run = ReadRun(folder);
  return run.ok() && run->state == RunStatus::State::kElsewhere && now - run->last_event < kSilent;
}

int Status(const StatusArguments& arguments, const VerbContext& context) {
  const auto folders = FindRuns(context.store, arguments.run);
  if (!folders.ok()) return Fail(context, folders.status(), kExitInput);
  // All that are going; where none is, or one was named, the latest.
  std::vector<std::string> shown;
  const absl::Time now = absl::Now();
  for (const std::string& folder : *folders) {
    if (SeemsGoing(folder, now)) shown.push_back(folder);
  }
  if (shown.empty()) shown = {folders->front()};
  Json runs = Json::array();
  std::vector<std::string> texts;
  for (const std::string& folder : shown) {
    const absl::StatusOr<RunStatus> run = ReadRun(folder);
    if (!run.ok()) {
      // That it is going is certain all the same.
      const RunStatus life = ReadRunLife(folder);
      if (life.IsOver()) return Fail(context, run.status(), kExitInput);
      runs.push_back(ToJson(life));
      runs.back()["damaged"] = std::string(run.status().message());
      texts.push_back(absl::StrCat(Printable(life.name), ": ", DescribeLife(life, now), "\n",
                                   Printable(std::string(run.status().message())), "\n"));
    } else if (arguments.json) {
      runs.push_back(ToJson(*run));
    } else {
      texts.push_back(RenderStatus(*run, now, context.verbosity > 0, context.Colored(1)));
    }
  }
  const std::string text = arguments.json ? DumpPretty({{"schema", 1}, {"runs", std::move(runs)}})
                                          : absl::StrJoin(texts, "\n");
  std::fputs(text.c_str(), stdout);
  return kExitDone;
}

}  // namespace

std::string DescribeLife(const RunStatus& run, absl::Time now) {
  const std::string host = run.host.has_value() ? run.host->Describe() : "";
  switch (run.state) {
    case RunStatus::State::kGoing:
      return absl::StrCat("going for ", Ago(run.since, now), ", ", host,
                          run.stopping ? "; told to stop, it writes checkpoints" : "");
    case RunStatus::State::kEnded:
      return absl::StrCat("ended ", Ago(run.last_event, now), " ago: ", EndText(run.exit_code));
    case RunStatus::State::kCutOff:
      return absl::StrCat("ended without a word (killed?); its last event was ",
                          Ago(run.last_event, now), " ago, by ", host);
    case RunStatus::State::kElsewhere: {
      const bool is_silent = now - run.last_event > kSilent;
      return absl::StrCat(
          is_silent ? "not known whether it is going: " : "going, as it seems: ", host,
          ", which can be asked there alone; its last word was ", Ago(run.last_event, now), " ago");
    }
    case RunStatus::State::kUnknown:
      break;
  }
  return absl::StrCat("it did not say who computes it, nor that it ended; its last word was ",
                      Ago(run.last_event, now), " ago");
}

std::string RenderStatus(const RunStatus& run, absl::Time now, bool all_rows, bool colour) {
  std::string text = absl::StrCat(Printable(run.name), ": ", DescribeLife(run, now), "\n");
  absl::StrAppend(&text, "since ", UtcText(run.since),
                  run.host.has_value() ? absl::StrCat(", ", Printable(run.host->file)) : "", "\n",
                  CountsText(run), "\n\n");
  std::vector<const RowStatus*> rows;
  const bool few = all_rows || run.rows.size() <= kManyRows;
  for (const RowStatus& row : run.rows) {
    const bool tells = row.state != "done" && row.state != "waiting" && row.state != "not run";
    if (few || tells) rows.push_back(&row);
  }
  Grid grid;
  grid.Add({"row", look::kId}, rows, [](const RowStatus* row) { return Printable(row->id); });
  grid.Add({"state", look::kText}, rows,
           [](const RowStatus* row) { return GridCell{row->state, ToneOf(*row)}; });
  grid.Add({"stage", look::kText}, rows,
           [&](const RowStatus* row) { return Printable(StageText(run, *row, now)); });
  TableStyle style;
  style.colour = colour;
  if (!rows.empty()) text += TerminalTable(grid, style);
  if (const size_t others = run.rows.size() - rows.size(); others > 0) {
    absl::StrAppend(&text, others, " other rows are done or wait; -v shows them\n");
  }
  if (run.IsOver() && run.exit_code != kExitDone && run.host.has_value()) {
    absl::StrAppend(&text, "to continue, in ", Printable(run.host->folder), ": ",
                    Printable(run.host->command), "\n");
  }
  return text;
}

Json ToJson(const RunStatus& run) {
  Json rows = Json::array(), stages = Json::array();
  const auto time = [](absl::Time t) {
    return absl::FormatTime(absl::RFC3339_full, t, absl::UTCTimeZone());
  };
  for (const RowStatus& row : run.rows) {
    rows.push_back({{"row", row.id},
                    {"state", row.state},
                    {"stage", row.stage < 0 ? Json() : Json(row.stage)}});
  }
  for (const StageStatus& stage : run.stages) {
    Json json = {{"stage", stage.name}, {"rows", stage.rows},       {"state", stage.state},
                 {"key", stage.key},    {"message", stage.message}, {"log", stage.log}};
    json["since"] = stage.since == absl::Time() ? Json() : Json(time(stage.since));
    json["seconds"] = stage.seconds >= 0.0 ? Json(stage.seconds) : Json();
    json["progress"] = stage.progress;
    stages.push_back(std::move(json));
  }
  Json json = {{"run", run.name},
               {"folder", run.folder},
               {"state", StateWord(run.state)},
               {"stages", std::move(stages)},
               {"rows", std::move(rows)},
               {"counts", run.Counts()}};
  json["since"] = time(run.since);
  json["last_event"] = time(run.last_event);
  json["stopping"] = run.stopping;
  json["exit_code"] = run.state == RunStatus::State::kEnded ? Json(run.exit_code) : Json();
  json["host"] = run.host.has_value() ? ToJson(*run.host) : Json();
  return json;
}

void AddStatusVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<StatusArguments>();
  Command verb =
      program.Subcommand("status", "how far runs are: all that are going, else the latest");
  verb.Positional("RUN", &arguments->run,
                  "a run (its name or folder) or an experiment; none: of any");
  verb.Flag("--json", &arguments->json, "one JSON document");
  verb.OnRun([arguments, &context] { return Status(*arguments, context); });
}

}  // namespace facet
