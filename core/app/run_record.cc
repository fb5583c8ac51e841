#include "core/app/run_record.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/config/resolved.h"
#include "core/report/curation_json.h"
#include "core/stages/artifacts.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr int kLogTailLines = 20;

std::string UtcNow(const char* format) {
  return absl::FormatTime(format, absl::Now(), absl::UTCTimeZone());
}

Json PlanToJson(const StageGraph& graph) {
  Json stages = Json::array();
  for (const StageSpec& stage : graph.stages) {
    stages.push_back({{"name", stage.name},
                      {"type", stage.type},
                      {"rows", stage.rows},
                      {"inputs", stage.inputs}});
  }
  return {{"schema", 1}, {"stages", std::move(stages)}, {"rows", graph.row_result}};
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

// A slot in a word: a component's name, a single value; "set" for a table of settings.
std::string ShownSlot(const Json* slot) {
  if (slot == nullptr) return "";
  if (slot->is_object()) return slot->value("use", "set");
  return slot->is_string() ? slot->get<std::string>() : Dump(*slot);
}

// What differs in one slot: as a whole where it is absent on one side or holds another component,
// else option by option.
void CompareSlots(const std::string& slot, const Json* before, const Json* after,
                  std::vector<ReportChange>* changes) {
  const bool tables = before != nullptr && after != nullptr && before->is_object() &&
                      after->is_object() && ShownSlot(before) == ShownSlot(after);
  if (!tables) {
    changes->push_back({slot, ShownSlot(before), ShownSlot(after)});
    return;
  }
  Json options = *before;
  options.update(*after);
  for (const auto& [option, ignored] : options.items()) {
    const Json old_value = before->value(option, Json()), new_value = after->value(option, Json());
    if (old_value == new_value) continue;
    changes->push_back(
        {absl::StrCat(slot, ".", option), ShownSlot(&old_value), ShownSlot(&new_value)});
  }
}

std::vector<ReportChange> ChangesAgainst(const Row& parent, const Row& row) {
  std::map<std::string, std::pair<const Json*, const Json*>> slots;
  for (const auto& [slot, value] : parent.slots) slots[slot].first = &value;
  for (const auto& [slot, value] : row.slots) slots[slot].second = &value;
  std::vector<ReportChange> changes;
  for (const auto& [slot, values] : slots) {
    const auto& [before, after] = values;
    const bool equal = before != nullptr && after != nullptr && *before == *after;
    if (!equal) CompareSlots(slot, before, after, &changes);
  }
  return changes;
}

// The stages that a row's result rests on, in the graph's order.
std::vector<int> StagesOf(const StageGraph& graph, int result) {
  std::set<int> stages;
  std::vector<int> open = {result};
  while (!open.empty()) {
    const int stage = open.back();
    open.pop_back();
    if (!stages.insert(stage).second) continue;
    for (const auto& [port, producer] : graph.stages[static_cast<size_t>(stage)].inputs) {
      open.push_back(producer);
    }
  }
  return {stages.begin(), stages.end()};
}

ReportStage MakeStage(const StageSpec& spec, const StageOutcome& outcome) {
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
      break;
    default:
      break;
  }
  if (HasArtifact(outcome.state)) {
    stage.seconds = outcome.manifest.provenance.value("seconds", -1.0);
    stage.counts = outcome.manifest.counts;
    stage.notices = outcome.manifest.notices;
  }
  return stage;
}

absl::StatusOr<Evaluation> ReadEvaluation(const Manifest& manifest, const Store& store) {
  const ArtifactFile* file = manifest.Find("evaluation.json");
  if (file == nullptr) return absl::DataLossError("the evaluation has no file evaluation.json");
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(store.BlobPath(file->digest)));
  return EvaluationFromJson(json);
}

// Curves of a training from its log, which has an object per epoch (core/stages/train.h).
std::vector<Curve> TrainingCurves(const Manifest& manifest, const Store& store) {
  const ArtifactFile* file = manifest.Find("log.jsonl");
  if (file == nullptr) return {};
  const absl::StatusOr<std::vector<Json>> lines = ReadLines(store.BlobPath(file->digest));
  if (!lines.ok()) return {};
  std::vector<Curve> curves;
  for (const auto& [field, name, y_label] :
       {std::tuple("loss", "training loss", "loss"),
        std::tuple("validation_loss", "validation loss", "loss"),
        std::tuple("accuracy", "validation accuracy", "accuracy")}) {
    Curve curve;
    curve.name = name;
    curve.x_label = "epoch";
    curve.y_label = y_label;
    for (const Json& line : *lines) {
      if (!line.is_object() || !line.contains("epoch") || !line.contains(field)) continue;
      if (!line["epoch"].is_number() || !line[field].is_number()) continue;
      curve.x.push_back(line["epoch"].get<double>());
      curve.y.push_back(line[field].get<double>());
    }
    if (!curve.x.empty()) curves.push_back(std::move(curve));
  }
  return curves;
}

// The row whose curation a row's goes on with, by the graph; empty: none.
std::string CurationBefore(const StageGraph& graph, const StageSpec& stage) {
  const auto before = stage.inputs.find("curation");
  if (before == stage.inputs.end()) return "";
  for (const auto& [row, curation] : graph.row_curation) {
    if (curation == before->second) return row;
  }
  return "";
}

absl::StatusOr<ReportCuration> ReadCuration(const Manifest& manifest, const Store& store) {
  const ArtifactFile* file = manifest.Find("curation.json");
  if (file == nullptr) return absl::DataLossError("there is no file curation.json");
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(store.BlobPath(file->digest)));
  FACET_ASSIGN_OR_RETURN(ReportCuration curation, ReportCurationFromArtifact(json));
  for (size_t i = 0; i < curation.sheets.size(); ++i) {
    const ArtifactFile* picture = manifest.Find(ContactSheetFile(i));
    if (picture != nullptr) curation.sheets[i].source = store.BlobPath(picture->digest);
  }
  return curation;
}

// What the row's own curator left, also while the rest of the row is not done.
void FillCuration(const StageGraph& graph, const std::vector<StageOutcome>& outcomes,
                  const Store& store, ReportRow* row) {
  const auto found = graph.row_curation.find(row->id);
  if (found == graph.row_curation.end()) return;
  const StageSpec& stage = graph.stages[static_cast<size_t>(found->second)];
  const StageOutcome& outcome = outcomes[static_cast<size_t>(found->second)];
  if (!HasArtifact(outcome.state)) return;
  absl::StatusOr<ReportCuration> curation = ReadCuration(outcome.manifest, store);
  if (!curation.ok()) {
    ReportCuration unread;
    unread.component = stage.components.at("curator").name;
    unread.notices = {
        absl::StrCat("what it left cannot be read: ", std::string(curation.status().message()))};
    curation = std::move(unread);
  }
  curation->from = CurationBefore(graph, stage);
  curation->key = outcome.key;
  row->curation = *std::move(curation);
}

// State, stages and evaluation of a row that was asked for.
void FillRow(const StageGraph& graph, const std::vector<StageOutcome>& outcomes, const Store& store,
             ReportRow* row) {
  const int result = graph.row_result.at(row->id);
  bool started = false;
  for (const int index : StagesOf(graph, result)) {
    const StageSpec& spec = graph.stages[static_cast<size_t>(index)];
    const StageOutcome& outcome = outcomes[static_cast<size_t>(index)];
    row->stages.push_back(MakeStage(spec, outcome));
    started = started || outcome.state != StageState::kPending;
    if (outcome.state == StageState::kFailed && row->state != ReportRow::State::kFailed) {
      row->state = ReportRow::State::kFailed;
      row->reason = absl::StrCat("stage ", spec.name, ": ", outcome.status.message());
      row->log_path = outcome.log_path;
      row->log_tail = LogTail(outcome.log_path, kLogTailLines);
    }
    if (spec.type == "train" && HasArtifact(outcome.state) && spec.rows.front() == row->id) {
      row->training = TrainingCurves(outcome.manifest, store);
    }
  }
  if (row->state == ReportRow::State::kFailed) return;
  const StageOutcome& outcome = outcomes[static_cast<size_t>(result)];
  if (!HasArtifact(outcome.state)) {
    const bool running = outcome.state == StageState::kPending && started;
    row->state = running ? ReportRow::State::kRunning : ReportRow::State::kNotRun;
    return;
  }
  absl::StatusOr<Evaluation> evaluation = ReadEvaluation(outcome.manifest, store);
  if (evaluation.ok()) {
    row->state = ReportRow::State::kDone;
    row->evaluation = *std::move(evaluation);
  } else {
    row->state = ReportRow::State::kFailed;
    row->reason = std::string(evaluation.status().message());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunRecord>> RunRecord::Create(const std::string& store_folder,
                                                             const Experiment& experiment,
                                                             const StageGraph& graph,
                                                             const Json& provenance) {
  Json slots = Json::object();
  for (const Row& row : experiment.rows) slots[row.id] = row.slots;
  const std::string name = fs::path(experiment.path).stem().string();
  FACET_ASSIGN_OR_RETURN(
      const std::string folder,
      MakeRunFolder(absl::StrCat(store_folder, "/runs/", name), Sha256Hex(Dump(slots))));
  std::unique_ptr<RunRecord> record(new RunRecord(folder));
  std::error_code error;
  for (const char* part : {"logs", "rows", "sources"}) {
    fs::create_directory(absl::StrCat(folder, "/", part), error);
  }
  FACET_RETURN_IF_ERROR(CopySources(experiment, folder + "/sources"));
  FACET_RETURN_IF_ERROR(
      WriteRecord(folder + "/resolved.json", DumpPretty(ResolvedJson(experiment))));
  FACET_RETURN_IF_ERROR(WriteRecord(folder + "/plan.json", DumpPretty(PlanToJson(graph))));
  FACET_RETURN_IF_ERROR(WriteRecord(folder + "/provenance.json", DumpPretty(provenance)));
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
  }
  Json json = {{"schema", 1},          {"row", row.id},
               {"label", row.label},   {"state", kNames.at(row.state)},
               {"reason", row.reason}, {"stages", std::move(stages)}};
  if (row.state == ReportRow::State::kDone) json["evaluation"] = ToJson(row.evaluation);
  const std::string folder =
      absl::StrCat(folder_, "/rows/", absl::StrReplaceAll(row.id, {{"/", "_"}}));
  std::error_code error;
  fs::create_directory(folder, error);
  return WriteRecord(folder + "/metrics.json", DumpPretty(json));
}

Report MakeReport(const Experiment& experiment, const std::vector<const Row*>& rows,
                  const StageGraph& graph, const std::vector<StageOutcome>& outcomes,
                  const Store& store) {
  Report report;
  report.title = experiment.title;
  report.reference_title = experiment.reference.title;
  report.reference_source = experiment.reference.source;
  report.columns = experiment.columns;
  std::map<std::string, const Row*> by_id;
  for (const Row& row : experiment.rows) by_id[row.id] = &row;
  for (const Row& row : experiment.rows) {
    ReportRow made;
    made.id = row.id;
    made.label = row.label;
    made.parent = row.parent;
    const auto parent = by_id.find(row.parent);
    if (parent != by_id.end()) made.changes = ChangesAgainst(*parent->second, row);
    const auto reference = experiment.reference.rows.find(row.id);
    if (reference != experiment.reference.rows.end()) {
      for (const ReferenceValue& value : reference->second) {
        made.references.push_back(
            {value.metric, value.value, value.unit, value.note, value.tolerance});
      }
    }
    if (std::find(rows.begin(), rows.end(), &row) != rows.end()) {
      FillRow(graph, outcomes, store, &made);
      FillCuration(graph, outcomes, store, &made);
    } else if (!row.skip.empty()) {
      made.state = row.reported ? ReportRow::State::kReported : ReportRow::State::kSkipped;
      made.reason = row.skip;
    }
    report.rows.push_back(std::move(made));
  }
  return report;
}

}  // namespace facet
