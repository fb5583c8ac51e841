#include "core/app/run_record.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/app/provenance.h"
#include "core/app/row_changes.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/config/columns.h"
#include "core/config/resolved.h"
#include "core/pipeline/findings.h"
#include "core/records/results.h"
#include "core/report/costs.h"
#include "core/report/text.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr int kLogTailLines = 20;

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
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  return stream ? absl::OkStatus() : absl::UnavailableError(absl::StrCat("cannot write ", path));
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

int64_t DiskBytes(const Artifact& artifact) {
  int64_t bytes = 0;
  for (const ArtifactFile& file : artifact.files) bytes += file.size;
  return bytes;
}

ReportStage MakeStage(const RowPlan& plan, int index, const StageOutcome& outcome) {
  const StageSpec& spec = plan.At(index);
  ReportStage stage;
  stage.name = spec.name;
  stage.key = outcome.key;
  switch (outcome.state) {
    case StageState::kCached:
      stage.state = ReportStage::State::kCached;
      break;
    case StageState::kDone:
      stage.state = ReportStage::State::kRun;
      break;
    case StageState::kFailed:
      stage.state = ReportStage::State::kFailed;
      stage.seconds = outcome.seconds;
      break;
    default:
      break;
  }
  if (HasArtifact(outcome.state)) {
    stage.seconds = outcome.artifact.provenance.value("seconds", -1.0);
    stage.cpu_seconds = outcome.artifact.provenance.value("cpu_seconds", -1.0);
    stage.peak_memory_mib = outcome.artifact.provenance.value("peak_rss_mib", -1.0);
    stage.disk_bytes = DiskBytes(outcome.artifact);
    stage.counts = outcome.artifact.counts;
    stage.notices = outcome.artifact.notices;
    if (const auto remarks = plan.remarks.find(index); remarks != plan.remarks.end()) {
      for (const Remark& remark : remarks->second) stage.notices.push_back(remark.text);
    }
  }
  return stage;
}

// What a stage's artifact adds to the report; nothing for a stage that adds nothing.
absl::StatusOr<StageFindings> ReadFindings(const RowPlan& plan, int stage, const Artifact& artifact,
                                           const Store& store) {
  const StageType& type = plan.TypeOf(stage);
  if (type.findings == nullptr) return StageFindings();
  return type.findings({[&](const std::string& name) -> std::string {
    const ArtifactFile* file = artifact.Find(name);
    return file == nullptr ? "" : store.BlobPath(file->digest);
  }});
}

ReportCuration ToReport(CurationFindings findings) {
  ReportCuration curation;
  curation.component = std::move(findings.component);
  curation.metrics = std::move(findings.result.metrics);
  curation.curves = std::move(findings.result.curves);
  curation.histograms = std::move(findings.result.histograms);
  curation.notices = std::move(findings.result.notices);
  for (size_t i = 0; i < findings.result.sheets.size(); ++i) {
    const ContactSheet& sheet = findings.result.sheets[i];
    curation.sheets.push_back(
        {sheet.title, static_cast<int64_t>(sheet.cells.size()), "", findings.sheet_paths[i]});
  }
  return curation;
}

// What the row's own curator left, also while the rest of the row is not done.
void FillCuration(const RowPlan& plan, const std::vector<StageOutcome>& outcomes,
                  const Store& store, ReportRow* row) {
  const int stage = CurationOf(plan, row->id);
  if (stage < 0) return;
  const StageOutcome& outcome = outcomes[static_cast<size_t>(stage)];
  if (!HasArtifact(outcome.state)) return;
  absl::StatusOr<StageFindings> findings = ReadFindings(plan, stage, outcome.artifact, store);
  ReportCuration curation;
  if (findings.ok() && findings->curation) {
    curation = ToReport(*std::move(findings->curation));
  } else {
    for (const auto& [role, use] : plan.At(stage).components) curation.component = use.name;
    curation.notices = {
        absl::StrCat("what it left cannot be read: ", std::string(findings.status().message()))};
  }
  curation.from = CurationBefore(plan, row->id);
  curation.key = outcome.key;
  row->curation = std::move(curation);
}

void FillEvaluation(absl::StatusOr<StageFindings> findings, ReportRow* row) {
  if (findings.ok() && findings->evaluation) {
    row->state = ReportRow::State::kDone;
    row->evaluation = *std::move(findings->evaluation);
    return;
  }
  row->state = ReportRow::State::kFailed;
  row->reason =
      findings.ok() ? "its last stage says nothing" : std::string(findings.status().message());
}

// State, stages and evaluation of a row that was asked for.
void FillRow(const RowPlan& plan, const std::vector<StageOutcome>& outcomes, const Store& store,
             ReportRow* row) {
  const int result = plan.results.at(row->id);
  bool started = false;
  for (const int index : StagesBelow(plan.graph, result)) {
    const StageSpec& spec = plan.At(index);
    const StageOutcome& outcome = outcomes[static_cast<size_t>(index)];
    row->stages.push_back(MakeStage(plan, index, outcome));
    started = started || outcome.state != StageState::kPending;
    if (outcome.state == StageState::kFailed && row->state != ReportRow::State::kFailed) {
      row->state = ReportRow::State::kFailed;
      row->reason = absl::StrCat("stage ", spec.name, ": ", outcome.status.message());
      row->log_path = outcome.log_path;
      row->log_tail = LogTail(outcome.log_path, kLogTailLines);
    }
    if (HasArtifact(outcome.state) && spec.users.front() == row->id) {
      absl::StatusOr<StageFindings> findings = ReadFindings(plan, index, outcome.artifact, store);
      if (findings.ok() && !findings->training.empty()) {
        row->training = std::move(findings->training);
      }
    }
  }
  if (row->state == ReportRow::State::kFailed) return;
  const StageOutcome& outcome = outcomes[static_cast<size_t>(result)];
  if (HasArtifact(outcome.state)) {
    FillEvaluation(ReadFindings(plan, result, outcome.artifact, store), row);
    return;
  }
  const bool running = outcome.state == StageState::kPending && started;
  row->state = running ? ReportRow::State::kRunning : ReportRow::State::kNotRun;
}

// What the last of the row's stages of that name counted; empty: nothing, or not yet.
std::string CountOf(const ReportRow& row, const std::string& stage, const std::string& what) {
  std::string text;
  for (const ReportStage& each : row.stages) {
    const auto count = each.counts.find(what);
    if (each.name == stage && count != each.counts.end()) text = FormatCount(count->second);
  }
  return text;
}

std::string SeedOf(const Row& row) {
  const auto seed = row.slots.find("seed");
  return seed == row.slots.end() ? "" : ShownSlot(&seed->second);
}

// What `seeds`, [sweep] and [ablate] say of a row.
void FillMade(const Row& row, bool any_repeats, ReportRow* made) {
  made->repeats = row.repeats;
  if (any_repeats) made->seed = SeedOf(row);
  made->compared_with = row.compared_with;
  made->part = row.part;
  made->axes = row.axes;
}

// The row that it extends; where that is repeated, the copy with its own seed, or else the first.
const Row* ParentOf(const Row& row, const std::map<std::string, const Row*>& by_id,
                    const Experiment& experiment) {
  if (const auto found = by_id.find(row.parent); found != by_id.end()) return found->second;
  const Row* first = nullptr;
  for (const Row& each : experiment.rows) {
    if (each.repeats.empty() || each.repeats != row.parent) continue;
    if (SeedOf(each) == SeedOf(row)) return &each;
    if (first == nullptr) first = &each;
  }
  return first;
}

// A reported row is made of what its reference says; what it inherits is not its own.
std::vector<std::string> SettingCells(const Experiment& experiment, const Row& row,
                                      const ReportRow& made) {
  const auto reported = experiment.reference.cells.find(row.id);
  std::vector<std::string> cells;
  for (const SettingColumn& column : experiment.setting_columns) {
    if (row.reported) {
      const bool has =
          reported != experiment.reference.cells.end() && reported->second.count(column.name) != 0;
      cells.push_back(has ? reported->second.at(column.name) : "–");
    } else if (const auto [stage, what] = CountOfColumn(column); !stage.empty()) {
      cells.push_back(ShownValue(column, CountOf(made, stage, what)));
    } else {
      cells.push_back(CellOf(column, row));
    }
  }
  return cells;
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

Report MakeReport(const Experiment& experiment, const std::vector<const Row*>& rows,
                  const RowPlan& plan, const std::vector<StageOutcome>& outcomes,
                  const Store& store) {
  Report report;
  report.title = experiment.title;
  report.reference_title = experiment.reference.title;
  report.reference_source = experiment.reference.source;
  report.columns = experiment.columns;
  for (const SettingColumn& column : experiment.setting_columns) {
    report.setting_columns.push_back(column.name);
  }
  std::map<std::string, const Row*> by_id;
  for (const Row& row : experiment.rows) by_id[row.id] = &row;
  const bool repeats = std::any_of(experiment.rows.begin(), experiment.rows.end(),
                                   [](const Row& row) { return !row.repeats.empty(); });
  for (const Row& row : experiment.rows) {
    ReportRow made;
    made.id = row.id;
    made.label = row.label;
    made.parent = row.parent;
    FillMade(row, repeats, &made);
    const auto data = row.slots.find("test.data");
    if (data != row.slots.end()) made.data = data->second.value("use", "");
    if (const Row* parent = ParentOf(row, by_id, experiment)) {
      made.parent = parent->id;
      made.changes = ChangesAgainst(*parent, row);
    }
    const std::string& published = row.repeats.empty() ? row.id : row.repeats;
    const auto reference = experiment.reference.rows.find(published);
    if (reference != experiment.reference.rows.end()) {
      for (const ReferenceValue& value : reference->second) {
        made.references.push_back(
            {value.metric, value.value, value.unit, value.note, value.tolerance});
      }
    }
    const auto roc = experiment.reference.rocs.find(published);
    if (roc != experiment.reference.rocs.end()) {
      made.published_roc = {"ROC, published", "false accept rate", "true accept rate",
                            roc->second.far, roc->second.tar};
    }
    if (std::find(rows.begin(), rows.end(), &row) != rows.end()) {
      FillRow(plan, outcomes, store, &made);
      FillCuration(plan, outcomes, store, &made);
    } else if (!row.skip.empty()) {
      made.state = row.reported ? ReportRow::State::kReported : ReportRow::State::kSkipped;
      made.reason = row.skip;
    }
    made.settings = SettingCells(experiment, row, made);
    report.rows.push_back(std::move(made));
  }
  return report;
}

std::string CostText(const std::vector<StageOutcome>& outcomes) {
  Costs costs;
  std::set<std::string> counted;  // equal stages of one run are computed once
  for (const bool is_cached : {false, true}) {
    for (const StageOutcome& outcome : outcomes) {
      const bool failed = outcome.state == StageState::kFailed;
      const bool is_meant = is_cached ? outcome.state == StageState::kCached
                                      : outcome.state == StageState::kDone || failed;
      if (!is_meant || outcome.key.empty() || !counted.insert(outcome.key).second) continue;
      const Json& provenance = outcome.artifact.provenance;
      (is_cached ? costs.cached : costs.computed)
          .Add(failed ? outcome.seconds : provenance.value("seconds", -1.0),
               provenance.value("cpu_seconds", -1.0), provenance.value("peak_rss_mib", -1.0),
               DiskBytes(outcome.artifact));
    }
  }
  return CostSentence(costs);
}

}  // namespace facet
