#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/records/results.h"
#include "core/report/comparison.h"
#include "core/report/costs.h"
#include "core/report/curation_json.h"
#include "core/report/group_json.h"
#include "core/report/report.h"
#include "core/report/summary.h"

namespace facet {
namespace {

constexpr int kSchema = 1;

constexpr std::array<ReportStage::State, 4> kStageStates = {
    ReportStage::State::kNotRun, ReportStage::State::kCached, ReportStage::State::kRun,
    ReportStage::State::kFailed};

constexpr std::array<ReportRow::State, 6> kRowStates = {
    ReportRow::State::kNotRun, ReportRow::State::kRunning, ReportRow::State::kDone,
    ReportRow::State::kFailed, ReportRow::State::kSkipped, ReportRow::State::kReported};

template <class State, size_t N>
State StateFromJson(const Json& json, const std::array<State, N>& states, const char* whose) {
  const auto name = json.at("state").get<std::string>();
  for (const State state : states) {
    if (name == StateName(state)) return state;
  }
  throw std::invalid_argument(absl::StrCat("unknown state of a ", whose, ": ", name));
}

Json ToJson(const ReportStage& stage) {
  Json json = {{"name", stage.name},
               {"key", stage.key},
               {"state", StateName(stage.state)},
               {"counts", stage.counts},
               {"notices", stage.notices}};
  json.update(CostsToJson(stage));
  return json;
}

ReportStage StageFromJson(const Json& json) {
  ReportStage stage;
  json.at("name").get_to(stage.name);
  json.at("key").get_to(stage.key);
  json.at("counts").get_to(stage.counts);
  json.at("notices").get_to(stage.notices);
  stage.state = StateFromJson(json, kStageStates, "stage");
  ReadCosts(json, &stage);
  return stage;
}

Json ToJson(const ReportReference& reference) {
  return {{"metric", reference.metric},
          {"value", reference.value},
          {"unit", reference.unit},
          {"note", reference.note},
          {"tolerance", reference.tolerance >= 0.0 ? Json(reference.tolerance) : Json()}};
}

ReportReference ReferenceFromJson(const Json& json) {
  ReportReference reference;
  json.at("metric").get_to(reference.metric);
  json.at("value").get_to(reference.value);
  json.at("unit").get_to(reference.unit);
  json.at("note").get_to(reference.note);
  if (!json.at("tolerance").is_null()) json.at("tolerance").get_to(reference.tolerance);
  return reference;
}

// Curves and metrics are written as the evaluate stage writes them (results.h).
Json CurvesToJson(const std::vector<Curve>& curves) {
  Evaluation carrier;
  carrier.curves = curves;
  return ToJson(carrier).at("curves");
}

Evaluation EvaluationOf(const Json& json) {
  absl::StatusOr<Evaluation> evaluation = EvaluationFromJson(json);
  if (!evaluation.ok()) throw std::invalid_argument(std::string(evaluation.status().message()));
  return *std::move(evaluation);
}

std::vector<Curve> CurvesFromJson(const Json& json) {
  Json carrier = ToJson(Evaluation());
  carrier["curves"] = json;
  return EvaluationOf(carrier).curves;
}

// What is shown but follows from the rest: for programs that read the file, not read back.
Json DerivedToJson(const Report& report, const ReportRow& row) {
  Json json = Json::object();
  if (const std::optional<double> difference = ReferenceDifference(row)) {
    json["reference_difference"] = *difference;
  }
  if (const std::string verdict = Verdict(row); !verdict.empty()) json["verdict"] = verdict;
  if (const std::string measured = MeasuredOn(row); !measured.empty()) {
    json["measured_on"] = measured;
  }
  const ReportRow* parent = FindRow(report, row.parent);
  if (parent == nullptr) return json;
  std::string why;
  if (const auto paired = CompareToParent(row, *parent, &why)) {
    json["against_parent"] = {{"difference", paired->value},
                              {"interval_95", {paired->low, paired->high}},
                              {"method", paired->method},
                              {"unit", paired->unit}};
  }
  return json;
}

Json RowToJson(const Report& report, const ReportRow& row) {
  Json changes = Json::array(), references = Json::array(), stages = Json::array();
  for (const ReportChange& change : row.changes) {
    changes.push_back({{"path", change.path}, {"from", change.from}, {"to", change.to}});
  }
  for (const ReportReference& each : row.references) references.push_back(ToJson(each));
  for (const ReportStage& stage : row.stages) stages.push_back(ToJson(stage));
  Json json = {
      {"id", row.id},
      {"label", row.label},
      {"parent", row.parent},
      {"data", row.data},
      {"state", StateName(row.state)},
      {"reason", row.reason},
      {"evaluation", row.state == ReportRow::State::kDone ? ToJson(row.evaluation) : Json()},
      {"changes", std::move(changes)},
      {"settings", row.settings},
      {"references", std::move(references)},
      {"stages", std::move(stages)},
      {"training", CurvesToJson(row.training)},
      {"log_path", row.log_path},
      {"log_tail", row.log_tail},
      {"derived", DerivedToJson(report, row)}};
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, std::string>>{
           {"repeats", row.repeats},
           {"seed", row.seed},
           {"compared_with", row.compared_with},
           {"part", row.part}}) {
    if (!value.empty()) json[name] = value;
  }
  for (const auto& [path, value] : row.axes) {
    json["axes"].push_back({{"path", path}, {"value", value}});
  }
  if (row.curation.has_value()) json["curation"] = ToJson(*row.curation);
  if (row.published_roc.has_value()) {
    json["published_roc"] = CurvesToJson({*row.published_roc}).at(0);
  }
  return json;
}

ReportRow RowFromJson(const Json& json) {
  ReportRow row;
  json.at("id").get_to(row.id);
  json.at("label").get_to(row.label);
  json.at("parent").get_to(row.parent);
  row.data = json.value("data", "");        // reports of before have none
  row.repeats = json.value("repeats", "");  // rows that nothing made have none of these
  row.seed = json.value("seed", "");
  row.compared_with = json.value("compared_with", "");
  row.part = json.value("part", "");
  for (const Json& axis : json.value("axes", Json::array())) {
    row.axes.emplace_back(axis.at("path").get<std::string>(), axis.at("value").get<std::string>());
  }
  json.at("reason").get_to(row.reason);
  json.at("log_path").get_to(row.log_path);
  json.at("log_tail").get_to(row.log_tail);
  row.state = StateFromJson(json, kRowStates, "row");
  if (!json.at("evaluation").is_null()) row.evaluation = EvaluationOf(json.at("evaluation"));
  row.training = CurvesFromJson(json.at("training"));
  if (const auto found = json.find("curation"); found != json.end()) {
    absl::StatusOr<ReportCuration> curation = ReportCurationFromJson(*found);
    if (!curation.ok()) throw std::invalid_argument(std::string(curation.status().message()));
    row.curation = *std::move(curation);
  }
  for (const Json& each : json.at("changes")) {
    row.changes.push_back({each.at("path").get<std::string>(), each.at("from").get<std::string>(),
                           each.at("to").get<std::string>()});
  }
  row.settings = json.value("settings", row.settings);  // likewise
  if (const auto found = json.find("published_roc"); found != json.end()) {
    row.published_roc = CurvesFromJson(Json::array({*found})).at(0);
  }
  for (const Json& each : json.at("references")) row.references.push_back(ReferenceFromJson(each));
  for (const Json& each : json.at("stages")) row.stages.push_back(StageFromJson(each));
  return row;
}

}  // namespace

Json ToJson(const Report& report) {
  Json rows = Json::array(), provenance = Json::array();
  for (const ReportRow& row : report.rows) rows.push_back(RowToJson(report, row));
  for (const auto& [name, value] : report.provenance) provenance.push_back({name, value});
  Json json = {{"schema", kSchema},
               {"title", report.title},
               {"reference_title", report.reference_title},
               {"reference_source", report.reference_source},
               {"columns", report.columns},
               {"setting_columns", report.setting_columns},
               {"command", report.command},
               {"provenance", std::move(provenance)},
               {"origin", report.origin},
               {"costs", ToJson(CostsOf(report))},
               {"rows", std::move(rows)}};
  if (Json derived = DerivedOfGroups(report); !derived.empty())
    json["derived"] = std::move(derived);
  return json;
}

absl::StatusOr<Report> ReportFromJson(const Json& json) {
  try {
    if (const int schema = json.at("schema").get<int>(); schema != kSchema) {
      return absl::InvalidArgumentError(
          absl::StrCat("the results have schema ", schema, "; this facet reads schema ", kSchema));
    }
    Report report;
    json.at("title").get_to(report.title);
    json.at("reference_title").get_to(report.reference_title);
    json.at("reference_source").get_to(report.reference_source);
    report.columns = json.value("columns", std::vector<std::string>());
    report.setting_columns = json.value("setting_columns", std::vector<std::string>());
    json.at("command").get_to(report.command);
    for (const Json& each : json.at("provenance")) {
      report.provenance.emplace_back(each.at(0).get<std::string>(), each.at(1).get<std::string>());
    }
    report.origin = json.value("origin", Json());  // likewise
    for (const Json& each : json.at("rows")) report.rows.push_back(RowFromJson(each));
    return report;
  } catch (const std::exception& exception) {
    return absl::InvalidArgumentError(absl::StrCat("these are no results: ", exception.what()));
  }
}

}  // namespace facet
