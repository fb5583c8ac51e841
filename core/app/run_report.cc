#include "core/app/run_report.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/row_changes.h"
#include "core/config/columns.h"
#include "core/graph/executor.h"
#include "core/pipeline/findings.h"
#include "core/report/costs.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr int kLogTailLines = 20;

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
