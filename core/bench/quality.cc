#include "core/bench/quality.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "core/base/regular_file.h"
#include "core/report/find_results.h"
#include "core/report/report.h"
#include "core/report/text.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

// The component that fills all slots of this kind in a row of resolved.json; empty: none, or
// several do.
std::string UsedEverywhere(const Json& row, const std::string& kind,
                           const ExperimentLayout& layout) {
  std::set<std::string> used;
  for (const auto& [path, value] : row.at("slots").items()) {
    const Slot* slot = layout.Find(path);
    if (slot == nullptr || slot->kind != kind || !value.is_object()) continue;
    used.insert(value.value("use", std::string()));
  }
  return used.size() == 1 ? *used.begin() : "";
}

// Component -> ids of rows, of the components that are looked for.
std::map<std::string, std::vector<std::string>> RowsOf(const Json& resolved,
                                                       const std::string& kind,
                                                       const std::set<std::string>& wanted,
                                                       const ExperimentLayout& layout) {
  std::map<std::string, std::vector<std::string>> rows;
  try {
    for (const Json& row : resolved.at("rows")) {
      const std::string used = UsedEverywhere(row, kind, layout);
      if (wanted.count(used) > 0) rows[used].push_back(row.at("id").get<std::string>());
    }
  } catch (const std::exception&) {
    rows.clear();  // of another release: as if there were none
  }
  return rows;
}

// Of the first of these rows that is done; empty: none is.
std::string HeadlineOf(const Report& report, const std::vector<std::string>& ids,
                       const std::string& experiment) {
  std::string first;
  size_t others = 0;
  for (const ReportRow& row : report.rows) {
    const bool meant = std::find(ids.begin(), ids.end(), row.id) != ids.end();
    if (!meant || row.state != ReportRow::State::kDone || row.evaluation.metrics.empty()) continue;
    if (!first.empty()) {
      ++others;
      continue;
    }
    const Metric& metric = row.evaluation.metrics.front();
    first = absl::StrCat(FormatMetric(metric), " (", NameWithUnit(metric), ", ", experiment,
                         " row ", row.id);
  }
  if (first.empty()) return "";
  if (others > 0) absl::StrAppend(&first, " and ", others, others == 1 ? " row" : " rows", " more");
  return first + ")";
}

}  // namespace

std::map<std::string, std::string> QualityInStore(const std::string& store, const std::string& kind,
                                                  const std::vector<std::string>& components,
                                                  const ExperimentLayout& layout) {
  std::map<std::string, std::string> quality;
  std::set<std::string> wanted(components.begin(), components.end());
  for (const fs::path folder : RunFolders(store)) {
    if (wanted.empty()) break;
    // The small file first: of most runs there is nothing to look for in the large one.
    const std::string resolved_path = (folder / "resolved.json").string();
    if (!CheckRegularFile(resolved_path).ok()) continue;
    const absl::StatusOr<Json> resolved = ReadJsonFile(resolved_path);
    if (!resolved.ok()) continue;
    const auto rows = RowsOf(*resolved, kind, wanted, layout);
    if (rows.empty()) continue;
    const std::string results_path = (folder / "report" / "results.json").string();
    if (!CheckRegularFile(results_path).ok()) continue;
    const absl::StatusOr<Json> json = ReadJsonFile(results_path);
    const absl::StatusOr<Report> report = json.ok() ? ReportFromJson(*json) : json.status();
    if (!report.ok()) continue;
    for (const auto& [component, ids] : rows) {
      std::string headline = HeadlineOf(*report, ids, folder.parent_path().filename().string());
      if (headline.empty()) continue;
      quality[component] = std::move(headline);
      wanted.erase(component);
    }
  }
  return quality;
}

}  // namespace facet
