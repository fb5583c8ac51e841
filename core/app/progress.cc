#include "core/app/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/text_columns.h"

namespace facet {
namespace {

constexpr auto kDrawInterval = std::chrono::milliseconds(100);
constexpr auto kPlainInterval = std::chrono::minutes(1);

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

size_t TerminalWidth() {
  winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

// "1200/5000 images, 240/s, 15 s left, loss 3.21". Of a stage that counts one thing after another
// it is known what is left of this one alone.
std::string Describe(const StageProgress& progress, const ProgressRate& pace, double now) {
  std::string text = progress.total > 0
                         ? absl::StrCat(progress.done, "/", progress.total, " ", progress.unit)
                         : absl::StrCat(progress.done, " ", progress.unit);
  const double rate = pace.per_second();
  if (rate >= 0.1)
    absl::StrAppend(&text, absl::StrFormat(rate < 10 ? ", %.1f/s" : ", %.0f/s", rate));
  if (const double left = pace.SecondsLeft(now); left >= 0) {
    absl::StrAppend(&text, ", ", FormatDuration(left),
                    pace.part() == 1 ? " left" : " left of this part");
  }
  if (!progress.note.empty()) absl::StrAppend(&text, ", ", progress.note);
  return text;
}

}  // namespace

std::string FormatDuration(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (seconds < 9.95) return absl::StrFormat("%.1f s", seconds);
  if (whole < 60) return absl::StrCat(whole, " s");
  if (whole < 3600) return absl::StrFormat("%d min %02d s", whole / 60, whole % 60);
  return absl::StrFormat("%d h %02d min", whole / 3600, whole % 3600 / 60);
}

std::string UsersText(const StageSpec& stage) {
  constexpr size_t kShown = 8;
  const std::vector<std::string>& users = stage.users;
  const size_t shown = std::min(users.size(), kShown);
  // Ids of a sweep have commas of their own.
  const bool has_commas = std::any_of(users.begin(), users.begin() + shown, [](const auto& id) {
    return id.find(',') != std::string::npos;
  });
  std::string text = absl::StrJoin(users.begin(), users.begin() + shown, has_commas ? " " : ",");
  if (users.size() > shown) absl::StrAppend(&text, " and ", users.size() - shown, " more");
  return text;
}

Progress::Progress(const StageGraph& graph, Form form, int verbosity,
                   std::function<void(const Json&)> record,
                   std::function<void(int, const StageOutcome&)> settled)
    : graph_(graph),
      form_(form),
      verbosity_(verbosity),
      record_(std::move(record)),
      settled_(std::move(settled)) {}

Progress::~Progress() { Clear(); }

std::string Progress::Label(int stage) const {
  const StageSpec& spec = graph_.stages[static_cast<size_t>(stage)];
  return absl::StrCat(spec.users.size() > 1 ? "rows " : "row ", UsersText(spec), "  ", spec.name);
}

std::string Progress::Counts() const {
  return absl::StrCat("[", num_cached_ + num_done_, "/", graph_.stages.size(), "]");
}

void Progress::OnStage(int stage, const StageOutcome& outcome) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const StageSpec& spec = graph_.stages[static_cast<size_t>(stage)];
    Json event = {{"event", "stage"},
                  {"stage", spec.name},
                  {"rows", spec.users},
                  {"state", StageStateName(outcome.state)},
                  {"key", outcome.key}};
    event["index"] = stage;
    if (!outcome.log_path.empty())
      event["log"] = std::filesystem::path(outcome.log_path).filename().string();
    if (outcome.state == StageState::kDone) event["seconds"] = outcome.seconds;
    if (!outcome.status.ok()) event["message"] = std::string(outcome.status.message());
    Emit(event);
    inputs_line_.clear();
    if (outcome.state == StageState::kRunning) {
      running_[stage] = {Clock::now(), Clock::now(), {}, {}};
    } else {
      running_.erase(stage);
    }
    const std::string label = Label(stage);
    switch (outcome.state) {
      case StageState::kRunning:
        if (form_ == Form::kPlain) Line(absl::StrCat(Counts(), " ", label, ": runs"));
        break;
      case StageState::kCached:
        ++num_cached_;
        if (verbosity_ > 0) Line(absl::StrCat(Counts(), " ", label, ": cached"));
        break;
      case StageState::kDone:
        ++num_done_;
        Line(absl::StrCat(Counts(), " ", label, ": done in ", FormatDuration(outcome.seconds)));
        for (const std::string& notice : outcome.artifact.notices) Line("    " + notice);
        break;
      case StageState::kFailed:
        ++num_failed_;
        Line(absl::StrCat(Counts(), " ", label, ": FAILED"));
        break;
      case StageState::kStopped:
        if (outcome.seconds > 0) Line(absl::StrCat(Counts(), " ", label, ": stopped"));
        break;
      default:
        break;
    }
    Redraw(true);
  }
  if (outcome.state != StageState::kRunning && settled_) settled_(stage, outcome);
}

void Progress::OnProgress(int stage, const StageProgress& progress) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = running_.find(stage);
  if (found == running_.end()) return;
  Running& running = found->second;
  running.progress = progress;
  running.pace.Add(SecondsSince(running.start), progress);
  const bool due = Clock::now() - running.last_line >= kPlainInterval;
  if (form_ == Form::kJson) {
    const StageSpec& spec = graph_.stages[static_cast<size_t>(stage)];
    Json event = ToJson(progress);
    event.update({{"event", "progress"}, {"stage", spec.name}, {"rows", spec.users}});
    std::fprintf(stderr, "%s\n", Dump(event).c_str());
  } else if (form_ == Form::kPlain && due) {
    running.last_line = Clock::now();
    Line(absl::StrCat(Counts(), " ", LiveLine(stage, running)));
  }
  Redraw(false);
}

// Whatever the form: without an answer the run stands still.
void Progress::OnAsk(int stage, const std::string& sentence) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (form_ == Form::kJson) {
    const StageSpec& spec = graph_.stages[static_cast<size_t>(stage)];
    const Json event = {
        {"event", "ask"}, {"stage", spec.name}, {"rows", spec.users}, {"message", sentence}};
    std::fprintf(stderr, "%s\n", Dump(event).c_str());
    return;
  }
  Erase();
  std::fprintf(stderr, "%s: %s\n", Printable(Label(stage)).c_str(),
               Printable(sentence, /*several_lines=*/true).c_str());
  Redraw(true);
}

void Progress::OnWait(int stage, const std::string& holder) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Emit({{"event", "wait"},
        {"index", stage},
        {"stage", graph_.stages[static_cast<size_t>(stage)].name},
        {"holder", holder}});
  Line(absl::StrCat(Label(stage), ": waits for ", holder, ", which computes it"));
  Redraw(true);
}

void Progress::OnInputs(const std::string& path, int64_t done, int64_t total) {
  const std::lock_guard<std::mutex> lock(mutex_);
  inputs_line_ =
      done < total ? absl::StrCat("reading ", path, ": ", done, "/", total, " files") : "";
  if (form_ == Form::kPlain && done < total && Clock::now() - last_inputs_ >= kPlainInterval) {
    // A short scan needs no line: the first comes after a minute.
    if (last_inputs_ != Clock::time_point()) Line(inputs_line_);
    last_inputs_ = Clock::now();
  }
  Redraw(false);
}

void Progress::Tell(const Json& event, const std::string& text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Emit(event);
  Line(text);
  Redraw(true);
}

void Progress::Clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  Erase();
}

void Progress::Emit(const Json& event) {
  if (record_) record_(event);
  if (form_ == Form::kJson) std::fprintf(stderr, "%s\n", Dump(event).c_str());
}

void Progress::Line(const std::string& text) {
  if (form_ == Form::kQuiet || form_ == Form::kJson) return;
  Erase();
  std::fprintf(stderr, "%s\n", Printable(text).c_str());
}

void Progress::Redraw(bool now) {
  if (form_ != Form::kLive) return;
  if (!now && Clock::now() - last_draw_ < kDrawInterval) return;
  last_draw_ = Clock::now();
  Erase();
  const size_t width = TerminalWidth() - 1;
  std::string text;
  if (!inputs_line_.empty()) {
    absl::StrAppend(&text, Printable(inputs_line_).substr(0, width), "\n");
    ++lines_drawn_;
  }
  for (const auto& [stage, running] : running_) {
    absl::StrAppend(
        &text, Printable(absl::StrCat(Counts(), " ", LiveLine(stage, running))).substr(0, width),
        "\n");
    ++lines_drawn_;
  }
  std::fputs(text.c_str(), stderr);
}

void Progress::Erase() {
  if (form_ != Form::kLive || lines_drawn_ == 0) return;
  // From the first column: a Ctrl-C is echoed below the lines and moves the cursor.
  std::fprintf(stderr, "\r\033[%dA\033[J", lines_drawn_);
  lines_drawn_ = 0;
}

std::string Progress::LiveLine(int stage, const Running& running) const {
  const double seconds = SecondsSince(running.start);
  std::string text = absl::StrCat(Label(stage), ": ", FormatDuration(seconds));
  if (!running.progress.unit.empty()) {
    absl::StrAppend(&text, ", ", Describe(running.progress, running.pace, seconds));
  }
  return text;
}

}  // namespace facet
