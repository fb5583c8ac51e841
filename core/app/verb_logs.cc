#include "core/app/verb_logs.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "core/app/progress.h"
#include "core/base/file.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"
#include "core/base/suggest.h"
#include "core/base/text_columns.h"
#include "core/report/find_results.h"
#include "core/report/grid.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kFollowTick = absl::Milliseconds(200);

struct LogsArguments {
  std::string first, second;  // [RUN] [ROW/STAGE]
  bool follow = false;
  int lines = -1;  // negative: all
};

absl::Status NoSuch(const char* what, const std::string& name,
                    const std::vector<std::string>& known) {
  const std::string nearest = Nearest(name, known);
  return absl::NotFoundError(
      absl::StrCat("the run has no ", what, " \"", Printable(name), "\"",
                   nearest.empty() ? absl::StrCat("; there are ", absl::StrJoin(known, ", "))
                                   : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

std::string LogPath(const std::string& run_folder, const std::string& row, const std::string& stage,
                    const std::string& log) {
  if (!log.empty()) return absl::StrCat(run_folder, "/logs/", fs::path(log).filename().string());
  // Events of before did not name it (scheduler.cc, LogName).
  std::string name = absl::StrCat(row, ".", stage, ".log");
  std::replace(name.begin(), name.end(), '/', '_');
  return absl::StrCat(run_folder, "/logs/", name);
}

// The log of the run in `folder` that computed this key.
std::optional<std::string> LogOfKey(const std::string& folder, const std::string& key) {
  const absl::StatusOr<std::string> text = ReadRegularFile(folder + "/events.jsonl");
  if (!text.ok() || text->find(key) == std::string::npos) return std::nullopt;
  std::string log;
  bool is_done = false;
  for (const Json& event : ReadEvents(folder)) {
    if (event.value("event", "") != "stage" || event.value("key", "") != key) continue;
    const std::string state = event.value("state", "");
    if (state != "running" && state != "done") continue;
    is_done = is_done || state == "done";
    const auto rows = event.value("rows", std::vector<std::string>());
    log = LogPath(folder, rows.empty() ? "" : rows.front(), event.value("stage", ""),
                  event.value("log", ""));
  }
  std::error_code error;
  if (!is_done || !fs::is_regular_file(log, error)) return std::nullopt;
  return log;
}

void List(const RunStatus& run, const std::string& row, const VerbContext& context) {
  std::vector<const StageStatus*> shown;
  for (const StageStatus& stage : run.stages) {
    const bool has = std::find(stage.rows.begin(), stage.rows.end(), row) != stage.rows.end();
    if (row.empty() || has) shown.push_back(&stage);
  }
  Grid grid;
  grid.Add({"log", look::kId}, shown, [&](const StageStatus* stage) {
    const std::string first = stage->rows.empty() ? "" : stage->rows.front();
    return Printable(absl::StrCat(row.empty() ? first : row, "/", stage->name));
  });
  grid.Add({"state", look::kText}, shown, &StageStatus::state);
  grid.Add({"lines", look::kCount}, shown, [&](const StageStatus* stage) -> std::string {
    const std::string first = stage->rows.empty() ? "" : stage->rows.front();
    const std::string path = LogPath(run.folder, first, stage->name, stage->log);
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return "";
    std::ifstream stream(path);
    return absl::StrCat(std::count(std::istreambuf_iterator<char>(stream), {}, '\n'));
  });
  TableStyle style;
  style.colour = context.Colored(1);
  std::printf("%s\n", Printable(run.name).c_str());
  std::fputs(TerminalTable(grid, style).c_str(), stdout);
}

// Prints a log from `begin` on, to its present end; what a terminal would obey is shown instead.
class LogPrinter {
 public:
  explicit LogPrinter(const std::string& path)
      : stream_(path, std::ios::binary), terminal_(::isatty(STDOUT_FILENO) == 1) {}

  void SkipTo(int64_t place) { stream_.seekg(place); }
  void PrintWhatIsThere() {
    stream_.clear();  // of the end that was met
    std::string text((std::istreambuf_iterator<char>(stream_)), {});
    empty_ = empty_ && text.empty();
    if (!terminal_) {
      std::fwrite(text.data(), 1, text.size(), stdout);
    } else {
      // Whole lines: a character may be half there.
      rest_ += text;
      const size_t end = rest_.rfind('\n') + 1;
      std::fputs(Printable(rest_.substr(0, end), /*several_lines=*/true).c_str(), stdout);
      rest_.erase(0, end);
    }
    std::fflush(stdout);
  }
  bool empty() const { return empty_; }  // nothing was printed
  void End() {
    if (!rest_.empty()) std::printf("%s\n", Printable(rest_).c_str());
  }

 private:
  std::ifstream stream_;
  const bool terminal_;
  std::string rest_;
  bool empty_ = true;
};

// The byte where the last lines of a text begin.
int64_t StartOfLines(const std::string& text, int num_lines) {
  size_t place = text.size();
  if (num_lines <= 0) return static_cast<int64_t>(place);
  if (place > 0 && text[place - 1] == '\n') --place;
  for (int i = 0; i < num_lines; ++i) {
    const size_t end = place == 0 ? std::string::npos : text.rfind('\n', place - 1);
    if (end == std::string::npos) return 0;
    place = end;
  }
  return static_cast<int64_t>(place) + 1;
}

bool MayGoOn(const RunStatus& run, const StageStatus& stage) {
  return !run.IsOver() &&
         (stage.state == "pending" || stage.state == "waiting" || stage.state == "running");
}

class LogsCommand {
 public:
  LogsCommand(const LogsArguments& arguments, const VerbContext& context)
      : arguments_(arguments), context_(context) {}

  int Run() {
    if (const absl::Status status = Resolve(); !status.ok()) {
      return Fail(context_, status, kExitInput);
    }
    if (stage_ < 0) {
      List(run_, row_, context_);
      return kExitDone;
    }
    if (arguments_.follow) {
      if (const absl::Status status = WaitForStart(); !status.ok()) {
        return Fail(context_, status, kExitInput);
      }
    }
    const absl::StatusOr<FoundLog> log = FindLog(run_, Stage(), context_.store);
    if (!log.ok()) return Fail(context_, log.status(), kExitInput);
    if (!log->run.empty()) {
      Say(absl::StrCat(Stage().name, " was taken from the cache; this is the log of ", log->run));
    }
    return Print(log->path);
  }

 private:
  const StageStatus& Stage() const { return run_.stages[static_cast<size_t>(stage_)]; }

  void Say(const std::string& text) const {
    if (context_.verbosity >= 0) std::fprintf(stderr, "%s\n", Printable(text).c_str());
  }

  // The run and the stage, or the row whose logs are listed, that the words mean.
  absl::Status Resolve() {
    const bool has_both = !arguments_.second.empty();
    std::string place = has_both ? arguments_.second : arguments_.first;
    auto folders = FindRuns(context_.store, has_both ? arguments_.first : "");
    // A single word is a run, if there is one of that name.
    if (!has_both && !place.empty()) {
      if (auto named = FindRuns(context_.store, place); named.ok()) {
        folders = std::move(named);
        place.clear();
      }
    }
    FACET_RETURN_IF_ERROR(folders.status());
    FACET_ASSIGN_OR_RETURN(run_, ReadRun(folders->front()));
    if (place.empty()) return absl::OkStatus();
    const bool is_row = std::any_of(run_.rows.begin(), run_.rows.end(),
                                    [&](const RowStatus& row) { return row.id == place; });
    if (is_row) {
      row_ = place;
      return absl::OkStatus();
    }
    FACET_ASSIGN_OR_RETURN(stage_, FindStage(run_, place));
    return absl::OkStatus();
  }

  absl::Status WaitForStart() {
    bool told = false;
    while (Stage().state != "running" && MayGoOn(run_, Stage())) {
      if (!std::exchange(told, true)) Say(absl::StrCat(Stage().name, " has not begun"));
      absl::SleepFor(kFollowTick);
      FACET_ASSIGN_OR_RETURN(run_, ReadRun(run_.folder));
    }
    return absl::OkStatus();
  }

  int Print(const std::string& path) {
    LogPrinter printer(path);
    if (arguments_.lines >= 0) {
      const absl::StatusOr<std::string> text = ReadFile(path);
      if (text.ok()) printer.SkipTo(StartOfLines(*text, arguments_.lines));
    }
    while (true) {
      // Before it prints: what is written until the stage ends is printed.
      const bool goes_on = arguments_.follow && MayGoOn(run_, Stage());
      printer.PrintWhatIsThere();
      if (!goes_on) break;
      absl::SleepFor(kFollowTick);
      const absl::StatusOr<RunStatus> now = ReadRun(run_.folder);
      if (!now.ok()) return Fail(context_, now.status(), kExitInput);
      run_ = *now;
    }
    printer.End();
    if (printer.empty() && arguments_.lines != 0)
      Say(absl::StrCat(Stage().name, " printed nothing"));
    if (arguments_.follow) {
      Say(absl::StrCat(
          Stage().name, ": ", Stage().state,
          Stage().seconds >= 0.0 ? absl::StrCat(" in ", FormatDuration(Stage().seconds)) : ""));
    }
    return kExitDone;
  }

  const LogsArguments& arguments_;
  const VerbContext& context_;
  RunStatus run_;
  std::string row_;
  int stage_ = -1;
};

}  // namespace

absl::StatusOr<int> FindStage(const RunStatus& run, const std::string& place) {
  const size_t slash = place.rfind('/');
  if (slash == std::string::npos) {
    std::vector<std::string> rows;
    for (const RowStatus& row : run.rows) rows.push_back(row.id);
    return NoSuch("row", place, rows);
  }
  const std::string row = place.substr(0, slash), name = place.substr(slash + 1);
  int found = -1;
  std::vector<std::string> stages, rows;
  for (size_t i = 0; i < run.stages.size(); ++i) {
    const StageStatus& stage = run.stages[i];
    if (std::find(stage.rows.begin(), stage.rows.end(), row) == stage.rows.end()) continue;
    stages.push_back(stage.name);
    if (stage.name != name) continue;
    if (found < 0 || stage.state == "running" || !stage.log.empty()) found = static_cast<int>(i);
  }
  if (found >= 0) return found;
  if (!stages.empty()) return NoSuch("stage", name, stages);
  for (const RowStatus& each : run.rows) rows.push_back(each.id);
  return NoSuch("row", row, rows);
}

absl::StatusOr<FoundLog> FindLog(const RunStatus& run, const StageStatus& stage,
                                 const std::string& store) {
  const std::string row = stage.rows.empty() ? "" : stage.rows.front();
  const std::string own = LogPath(run.folder, row, stage.name, stage.log);
  std::error_code error;
  if (fs::is_regular_file(own, error)) return FoundLog{own, ""};
  if (stage.state != "cached") {
    return absl::NotFoundError(
        absl::StrCat("stage ", stage.name, " of row ", row, " has no log: it is ", stage.state));
  }
  for (const std::string& folder : RunFolders(store)) {
    if (const std::optional<std::string> log = LogOfKey(folder, stage.key)) {
      const fs::path path(folder);
      return FoundLog{*log, absl::StrCat(path.parent_path().filename().string(), "/",
                                         path.filename().string())};
    }
  }
  return absl::NotFoundError(absl::StrCat(
      "stage ", stage.name, " of row ", row,
      " was taken from the cache, and the run that computed it is not there any more"));
}

void AddLogsVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<LogsArguments>();
  Command verb = program.Subcommand("logs", "what the worker of a stage printed");
  verb.Positional("RUN", &arguments->first,
                  "a run (its name or folder) or an experiment's latest; none: the latest");
  verb.Positional("ROW/STAGE", &arguments->second,
                  "stage of a row; a row alone, or nothing: which logs there are");
  verb.Flag("-f,--follow", &arguments->follow, "print on until the stage ends");
  verb.Option("-n,--lines", &arguments->lines, "the last lines alone").TypeName("N").NonNegative();
  verb.OnRun([arguments, &context] { return LogsCommand(*arguments, context).Run(); });
}

}  // namespace facet
