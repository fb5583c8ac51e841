#include "core/app/run_record.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/app/provenance.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/config/resolved.h"
#include "core/records/results.h"
#include "core/report/costs.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

std::string UtcNow(const char* format) {
  return absl::FormatTime(format, absl::Now(), absl::UTCTimeZone());
}

Json PlanToJson(const RowPlan& plan) {
  Json stages = Json::array();
  for (const StageSpec& stage : plan.graph.stages) {
    stages.push_back({{"name", stage.name},
                      {"type", stage.type},
                      {"rows", stage.users},
                      {"inputs", stage.inputs}});
  }
  return {{"schema", 1}, {"stages", std::move(stages)}, {"rows", plan.results}};
}

// Records need no sync: a run that a power failure cut short is run again.
absl::Status WriteRecord(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  return stream ? absl::OkStatus() : FileError(errno, absl::StrCat("cannot write ", path));
}

// mkdir alone decides whose a folder is.
absl::StatusOr<std::string> MakeRunFolder(const std::string& parent, const std::string& digest) {
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make ", parent));
  while (true) {
    const std::string folder =
        absl::StrCat(parent, "/", UtcNow("%Y%m%dT%H%M%SZ"), "-", digest.substr(0, 6));
    if (::mkdir(folder.c_str(), 0755) == 0) return folder;
    if (errno != EEXIST) return absl::ErrnoToStatus(errno, absl::StrCat("cannot make ", folder));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

absl::Status CopySources(const Experiment& experiment, const std::string& folder) {
  int number = 0;
  for (const std::string& path : experiment.sources) {
    FACET_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    FACET_RETURN_IF_ERROR(WriteRecord(
        absl::StrCat(folder, "/", number++, "-", fs::path(path).filename().string()), text));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunRecord>> RunRecord::Create(const std::string& store_folder,
                                                             const Experiment& experiment,
                                                             const RowPlan& plan,
                                                             const Json& provenance) {
  Json slots = Json::object();
  for (const Row& row : experiment.rows) slots[row.id] = {row.slots, row.order};
  const std::string name = fs::path(experiment.path).stem().string();
  FACET_ASSIGN_OR_RETURN(
      const std::string folder,
      MakeRunFolder(absl::StrCat(store_folder, "/runs/", name), Sha256Hex(Dump(slots))));
  std::unique_ptr<RunRecord> record(new RunRecord(folder));
  record->provenance_ = provenance;
  std::error_code error;
  for (const char* part : {"logs", "rows", "sources"}) {
    fs::create_directory(absl::StrCat(folder, "/", part), error);
  }
  FACET_RETURN_IF_ERROR(CopySources(experiment, folder + "/sources"));
  FACET_RETURN_IF_ERROR(
      WriteRecord(folder + "/resolved.json", DumpPretty(ResolvedJson(experiment))));
  FACET_RETURN_IF_ERROR(WriteRecord(folder + "/plan.json", DumpPretty(PlanToJson(plan))));
  FACET_RETURN_IF_ERROR(WriteRecord(folder + "/provenance.json", DumpPretty(provenance)));
  RunHost host = RunHost::ThisOne();
  host.command = provenance.value("command", "");
  host.file = fs::absolute(experiment.path, error).lexically_normal().string();
  FACET_ASSIGN_OR_RETURN(record->hold_, RunHold::Take(folder, host));
  return record;
}

void RunRecord::AddEvent(Json event) {
  event["time"] = UtcNow("%Y-%m-%dT%H:%M:%E3SZ");
  event["checksum"] = Sha256Hex(Dump(event)).substr(0, 16);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::ofstream(folder_ + "/events.jsonl", std::ios::app) << Dump(event) << "\n";
}

absl::Status RunRecord::WriteRow(const ReportRow& row) const {
  static const std::map<ReportRow::State, const char*> kNames = {
      {ReportRow::State::kNotRun, "not run"},  {ReportRow::State::kRunning, "running"},
      {ReportRow::State::kDone, "done"},       {ReportRow::State::kFailed, "failed"},
      {ReportRow::State::kSkipped, "skipped"}, {ReportRow::State::kReported, "reported"}};
  Json stages = Json::array();
  for (const ReportStage& stage : row.stages) {
    stages.push_back({{"name", stage.name},
                      {"key", stage.key},
                      {"counts", stage.counts},
                      {"notices", stage.notices}});
    stages.back().update(CostsToJson(stage));
  }
  Json json = {{"schema", 1},
               {"row", row.id},
               {"label", row.label},
               {"state", kNames.at(row.state)},
               {"reason", row.reason},
               {"stages", std::move(stages)},
               {"provenance", RowProvenance(provenance_, row.id)}};
  if (row.state == ReportRow::State::kDone) json["evaluation"] = ToJson(row.evaluation);
  const std::string folder =
      absl::StrCat(folder_, "/rows/", absl::StrReplaceAll(row.id, {{"/", "_"}}));
  std::error_code error;
  fs::create_directory(folder, error);
  return WriteRecord(folder + "/metrics.json", DumpPretty(json));
}

}  // namespace facet
