#include "core/app/run_state.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "core/app/progress.h"
#include "core/base/hash.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr char kEventsFile[] = "/events.jsonl";

absl::Time TimeOf(const Json& json, const char* name) {
  absl::Time time = absl::UnixEpoch();
  std::string error;
  absl::ParseTime(absl::RFC3339_full, json.value(name, ""), &time, &error);
  return time;
}

// The event without its checksum, if that fits.
std::optional<Json> CheckedEvent(const std::string& line) {
  absl::StatusOr<Json> event = ParseJson(line, "event");
  if (!event.ok() || !event->is_object()) return std::nullopt;
  const Json checksum = event->value("checksum", Json());
  event->erase("checksum");
  if (checksum != Sha256Hex(Dump(*event)).substr(0, 16)) return std::nullopt;
  return *std::move(event);
}

// Of events that say the stage's name and rows alone: the first that they can mean.
int StageOf(const Json& event, const std::vector<StageStatus>& stages) {
  const auto num_stages = static_cast<int>(stages.size());
  if (const int index = event.value("index", -1); index >= 0) {
    return index < num_stages ? index : -1;
  }
  const auto rows = event.value("rows", std::vector<std::string>());
  for (int i = 0; i < num_stages; ++i) {
    const StageStatus& stage = stages[static_cast<size_t>(i)];
    if (stage.name == event.value("stage", "") && (rows.empty() || stage.rows == rows)) return i;
  }
  return -1;
}

void TakeStageEvent(const Json& event, StageStatus* stage) {
  const bool waits = event.value("event", "") == "wait";
  // What had not begun was not stopped.
  if (stage->state == "pending" && event.value("state", "") == "stopped") return;
  stage->state = waits ? "waiting" : event.value("state", "pending");
  stage->message = event.value(waits ? "holder" : "message", "");
  stage->since = TimeOf(event, "time");
  stage->key = event.value("key", stage->key);
  stage->log = event.value("log", stage->log);
  stage->seconds = event.value("seconds", -1.0);
}

void TakeEvents(const std::vector<Json>& events, RunStatus* run) {
  for (const Json& event : events) {
    run->last_event = TimeOf(event, "time");
    if (run->since == absl::InfinitePast()) run->since = run->last_event;
    const std::string kind = event.value("event", "");
    if (kind == "end") {
      run->state = RunStatus::State::kEnded;
      run->exit_code = event.value("exit_code", -1);
    } else if (kind == "stop") {
      run->stopping = true;
    } else if (kind == "stage" || kind == "wait") {
      const int stage = StageOf(event, run->stages);
      if (stage >= 0) TakeStageEvent(event, &run->stages[static_cast<size_t>(stage)]);
    }
  }
}

void TakeProgress(RunStatus* run) {
  const std::string path = run->folder + "/progress.json";
  if (!CheckRegularFile(path).ok()) return;
  const absl::StatusOr<Json> json = ReadJsonFile(path);
  if (!json.ok() || !json->is_object()) return;
  const Json stages = json->value("stages", Json::object());
  for (size_t i = 0; i < run->stages.size(); ++i) {
    StageStatus& stage = run->stages[i];
    const auto said = stages.find(absl::StrCat(i));
    if (said == stages.end() || stage.HasArtifact()) continue;
    stage.progress = *said;
    run->last_event = std::max(run->last_event, TimeOf(*said, "time"));
  }
}

RunStatus::State StateOf(HostLife life) {
  switch (life) {
    case HostLife::kLives:
      return RunStatus::State::kGoing;
    case HostLife::kGone:
      return RunStatus::State::kCutOff;
    case HostLife::kElsewhere:
      return RunStatus::State::kElsewhere;
    case HostLife::kUnknown:
      break;
  }
  return RunStatus::State::kUnknown;
}

// What a run has written of itself is not what any facet writes.
absl::Status NoRecord(const std::string& path, const std::string& what) {
  return absl::DataLossError(absl::StrCat(
      path, " ", what,
      ": how far the run came cannot be told. `facet report` shows its results, as far as it has "
      "any; what it computed is stored, and the same `facet run` goes on from there"));
}

// Rows are written at the end of a run.
bool HasRows(const std::string& run_folder) {
  std::error_code error;
  const fs::path rows(run_folder + "/rows");
  return fs::is_directory(rows, error) && !fs::is_empty(rows, error) && !error;
}

// The names and rows of all stages, and the last stage of each row.
absl::Status TakePlan(const Json& plan, const std::string& path, RunStatus* run,
                      std::map<std::string, int>* results) {
  try {
    for (const Json& stage : plan.at("stages")) {
      run->stages.emplace_back();
      stage.at("name").get_to(run->stages.back().name);
      stage.at("rows").get_to(run->stages.back().rows);
    }
    plan.at("rows").get_to(*results);
  } catch (const Json::exception&) {
    return NoRecord(path, "does not list stages and rows as a run does");
  }
  for (const auto& [id, result] : *results) {
    if (result < static_cast<int>(run->stages.size())) continue;
    return NoRecord(path, absl::StrCat("ends row \"", id, "\" with a stage that it does not list"));
  }
  return absl::OkStatus();
}

// What of its stages says most of a row: a failure, then what runs, what stopped, what is next.
constexpr std::array<const char*, 6> kTelling = {"failed",  "running", "waiting",
                                                 "stopped", "cut off", "pending"};

void FillRows(const std::map<std::string, int>& results, RunStatus* run) {
  struct Found {
    size_t rank = kTelling.size();
    int stage = -1;
  };
  std::map<std::string, Found> found;
  std::vector<std::string> order;  // as the experiment has them: its first stages name them so
  for (size_t i = 0; i < run->stages.size(); ++i) {
    const StageStatus& stage = run->stages[i];
    const auto rank = static_cast<size_t>(std::find(kTelling.begin(), kTelling.end(), stage.state) -
                                          kTelling.begin());
    for (const std::string& id : stage.rows) {
      const auto [most, is_new] = found.emplace(id, Found());
      if (is_new) order.push_back(id);
      if (rank < most->second.rank) most->second = {rank, static_cast<int>(i)};
    }
  }
  for (const std::string& id : order) {
    const auto last = results.find(id);
    if (last == results.end()) continue;
    const Found& most = found[id];
    const int result = last->second;
    RowStatus row{id, "not run", most.stage};
    const bool is_done = result >= 0 && run->stages[static_cast<size_t>(result)].HasArtifact();
    if (is_done) {
      row = {id, "done", -1};
    } else if (most.rank < kTelling.size()) {
      row.state = kTelling[most.rank];
      if (row.state == "pending") row.state = run->IsOver() ? "not run" : "waiting";
    }
    run->rows.push_back(std::move(row));
  }
}

}  // namespace

std::vector<Json> ReadEvents(const std::string& run_folder) {
  std::vector<Json> events;
  const std::string path = run_folder + kEventsFile;
  if (!CheckRegularFile(path).ok()) return events;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    if (std::optional<Json> event = CheckedEvent(line)) events.push_back(*std::move(event));
  }
  return events;
}

std::map<std::string, int> RunStatus::Counts() const {
  std::map<std::string, int> counts;
  for (const StageStatus& stage : stages) ++counts[stage.state];
  return counts;
}

bool IsGoing(const std::string& run_folder) {
  return LifeOf(run_folder, ReadRunHost(run_folder)) == HostLife::kLives;
}

RunStatus ReadRunLife(const std::string& run_folder) {
  RunStatus run;
  const fs::path path = fs::path(run_folder).lexically_normal();
  run.folder = run_folder;
  run.name = absl::StrCat(path.parent_path().filename().string(), "/", path.filename().string());
  run.since = run.last_event = absl::InfinitePast();
  run.host = ReadRunHost(run_folder);
  run.state = StateOf(LifeOf(run_folder, run.host));
  if (run.host.has_value()) run.since = run.last_event = run.host->since;
  return run;
}

absl::StatusOr<RunStatus> ReadRun(const std::string& run_folder) {
  const std::string plan_path = run_folder + "/plan.json", events_path = run_folder + kEventsFile;
  FACET_RETURN_IF_ERROR(CheckRegularFile(plan_path));
  FACET_RETURN_IF_ERROR(CheckRegularFile(events_path));
  const absl::StatusOr<Json> plan = ReadJsonFile(plan_path);
  if (absl::IsInvalidArgument(plan.status())) {
    return NoRecord(plan_path, "is cut off or damaged");
  }
  if (!plan.ok()) {
    return absl::NotFoundError(
        absl::StrCat(run_folder, " holds no run: ", plan.status().message()));
  }
  // Before its events: one that ends meanwhile says so in them.
  RunStatus run = ReadRunLife(run_folder);
  std::map<std::string, int> results;
  FACET_RETURN_IF_ERROR(TakePlan(*plan, plan_path, &run, &results));
  const std::vector<Json> events = ReadEvents(run_folder);
  if (events.empty() && run.IsOver() && HasRows(run_folder)) {
    return NoRecord(events_path, "holds no event, of a run that came to its end");
  }
  try {
    TakeEvents(events, &run);
    TakeProgress(&run);
  } catch (const Json::exception&) {
    return NoRecord(events_path, "or progress.json beside it says what no run says");
  }
  for (StageStatus& stage : run.stages) {
    const bool was_running = stage.state == "running" || stage.state == "waiting";
    if (was_running && run.IsOver()) stage.state = "cut off";
  }
  FillRows(results, &run);
  return run;
}

std::string DescribeProgress(const Json& progress, absl::Time now) {
  if (!progress.is_object() || progress.value("unit", "").empty()) return "";
  const int64_t total = progress.value("total", int64_t{0});
  std::string text =
      absl::StrCat(progress.value("done", int64_t{0}), total > 0 ? absl::StrCat("/", total) : "",
                   " ", progress.value("unit", ""));
  if (const Json rate = progress.value("per_second", Json()); rate.is_number() && rate >= 0.1) {
    const auto value = rate.get<double>();
    absl::StrAppend(&text, absl::StrFormat(value < 10 ? ", %.1f/s" : ", %.0f/s", value));
  }
  if (const Json left = progress.value("seconds_left", Json()); left.is_number()) {
    const double since = absl::ToDoubleSeconds(now - TimeOf(progress, "time"));
    absl::StrAppend(&text, ", ", FormatDuration(std::max(0.0, left.get<double>() - since)),
                    progress.value("parts", 1) == 1 ? " left" : " left of this part");
  }
  if (const std::string note = progress.value("note", ""); !note.empty()) {
    absl::StrAppend(&text, ", ", note);
  }
  return text;
}

}  // namespace facet
