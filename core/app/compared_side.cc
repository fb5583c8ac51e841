#include "core/app/compared_side.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/planned_experiment.h"
#include "core/app/provenance.h"
#include "core/app/requested_stages.h"
#include "core/base/file.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"
#include "core/base/suggest.h"
#include "core/config/resolved.h"
#include "core/report/find_results.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

void FlattenProvenance(const Json& json, const std::string& prefix,
                       std::map<std::string, Json>* flat) {
  for (const auto& [name, value] : json.items()) {
    const std::string path = prefix.empty() ? name : absl::StrCat(prefix, ".", name);
    // How the run was called differs always and changes nothing; what rows say is compared as such.
    if (path == "command" || path == "schema" || path == "rows") continue;
    if (value.is_object()) {
      FlattenProvenance(value, path, flat);
    } else {
      (*flat)[path] = value;
    }
  }
}

// A row of resolved.json.
ComparedRow ComparedRowOf(const Json& json) {
  ComparedRow row;
  row.id = json.value("id", "");
  row.label = json.value("label", "");
  const Json origins = json.value("origins", Json::object());
  const auto add = [&](const std::string& path, const Json& value) {
    row.values[path] = {value, origins.value(path, "")};
  };
  const Json slots = json.value("slots", Json::object()),
             order = json.value("order", Json::object());
  for (const auto& [slot, value] : slots.items()) {
    if (!value.is_object()) {
      add(slot, value);
      continue;
    }
    for (const auto& [option, said] : value.items()) add(absl::StrCat(slot, ".", option), said);
  }
  for (const auto& [path, names] : order.items()) {
    if (!names.empty()) row.values[absl::StrCat("order of ", path)] = {names, ""};
  }
  return row;
}

std::vector<ComparedRow> ComparedRowsOf(const Json& resolved) {
  std::vector<ComparedRow> rows;
  for (const Json& row : resolved.at("rows")) rows.push_back(ComparedRowOf(row));
  return rows;
}

// Of a file that anybody may have written.
absl::StatusOr<std::vector<ComparedRow>> ReadComparedRows(const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const Json resolved, ReadJsonFile(path));
  try {
    if (resolved.at("rows").is_array()) return ComparedRowsOf(resolved);
  } catch (const Json::exception&) {
  }
  return absl::DataLossError(absl::StrCat(
      path, " does not list rows as a run does: the same `facet run` makes a new one"));
}

// Leaves the row that was named.
absl::Status TakeRow(const std::string& id, ComparedSide* side) {
  if (id.empty()) return absl::OkStatus();
  std::vector<std::string> ids;
  for (ComparedRow& row : side->rows) {
    ids.push_back(row.id);
    if (row.id != id) continue;
    ComparedRow taken = std::move(row);
    side->rows = {std::move(taken)};
    side->one_row = true;
    return absl::OkStatus();
  }
  const std::string nearest = Nearest(id, ids);
  return absl::NotFoundError(
      absl::StrCat(side->name, " has no row \"", id, "\"; rows: ", absl::StrJoin(ids, ", "),
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

absl::Status ReadRun(const std::string& results, ComparedSide* side) {
  const fs::path folder = fs::path(results).parent_path().parent_path();
  const fs::path path = fs::absolute(folder).lexically_normal();
  side->name =
      absl::StrCat("run ", path.parent_path().filename().string(), "/", path.filename().string());
  for (const char* const file : {"resolved.json", "provenance.json"}) {
    FACET_RETURN_IF_ERROR(CheckRegularFile((folder / file).string()));
  }
  FACET_ASSIGN_OR_RETURN(side->rows, ReadComparedRows((folder / "resolved.json").string()));
  FACET_ASSIGN_OR_RETURN(const Json provenance,
                         ReadJsonFile((folder / "provenance.json").string()));
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(results));
  FACET_ASSIGN_OR_RETURN(const Report report, ReportFromJson(json));
  FlattenProvenance(provenance, "", &side->provenance);
  for (ComparedRow& row : side->rows) {
    for (const ReportRow& result : report.rows) {
      if (result.id != row.id) continue;
      for (const ReportStage& stage : result.stages) row.keys[stage.name] = stage.key;
      row.result = result;
    }
  }
  return absl::OkStatus();
}

bool ReadPlan(const std::string& file, const std::vector<std::string>& sets, VerbContext& context,
              ComparedSide* side, int* exit_code) {
  ExperimentArguments arguments;
  arguments.file = file;
  arguments.sets = sets;
  const auto planned = PlanForVerb(arguments, {}, context, exit_code);
  if (planned == nullptr) return false;
  side->name = file;
  side->is_file = true;
  side->rows = ComparedRowsOf(ResolvedJson(planned->experiment));
  const Json provenance = RunProvenance(*planned, ArtifactProvenance(*planned), "");
  FlattenProvenance(provenance, "", &side->provenance);
  const std::vector<PlannedStage> stages = LookUp(planned->plan.graph, *planned);
  for (ComparedRow& row : side->rows) {
    const auto result = planned->plan.results.find(row.id);
    if (result == planned->plan.results.end()) continue;
    for (const int stage : StagesBelow(planned->plan.graph, result->second)) {
      row.keys[planned->plan.At(stage).name] = stages[static_cast<size_t>(stage)].key;
    }
  }
  return true;
}

}  // namespace

std::optional<ComparedSide> ReadComparedSide(const std::string& what,
                                             const std::vector<std::string>& sets,
                                             VerbContext& context, int* exit_code) {
  std::error_code error;
  // A name may have a # of its own.
  const bool whole = fs::exists(what, error);
  const size_t mark = whole ? std::string::npos : what.rfind('#');
  const std::string source = what.substr(0, mark);
  const std::string row = mark == std::string::npos ? "" : what.substr(mark + 1);
  ComparedSide side;
  if (absl::EndsWith(source, ".toml")) {
    if (!ReadPlan(source, sets, context, &side, exit_code)) return std::nullopt;
  } else {
    const absl::StatusOr<std::string> results = FindResults(context.store, source);
    const absl::Status status = results.ok() ? ReadRun(*results, &side) : results.status();
    if (!status.ok()) {
      *exit_code = Fail(context, status, kExitInput);
      return std::nullopt;
    }
  }
  if (const absl::Status status = TakeRow(row, &side); !status.ok()) {
    *exit_code = Fail(context, status, kExitUsage);
    return std::nullopt;
  }
  return side;
}

}  // namespace facet
