#include "core/report/curation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/report/text.h"

namespace facet {
namespace {

// One stage for each key, in the rows' order.
std::vector<CurationStage> SharedStages(const Report& report) {
  std::vector<CurationStage> stages;
  std::map<std::string, size_t> places;
  for (const ReportRow& row : report.rows) {
    if (!row.curation.has_value()) continue;
    const std::string& key = row.curation->key;
    const auto [place, is_new] =
        places.emplace(key.empty() ? absl::StrCat("row ", row.id) : key, stages.size());
    if (is_new) {
      stages.emplace_back();
      stages.back().curation = &*row.curation;
    }
    stages[place->second].rows.push_back(row.id);
  }
  return stages;
}

int StageOfRow(const std::vector<CurationStage>& stages, const std::string& row) {
  for (size_t i = 0; i < stages.size(); ++i) {
    const std::vector<std::string>& rows = stages[i].rows;
    if (std::find(rows.begin(), rows.end(), row) != rows.end()) return static_cast<int>(i);
  }
  return -1;
}

// The stages with those that they go on from before them; otherwise the order stays.
std::vector<CurationStage> InOrder(const std::vector<CurationStage>& stages) {
  std::vector<CurationStage> ordered;
  std::vector<int> places(stages.size(), -1);
  for (size_t i = 0; i < stages.size(); ++i) {
    std::vector<size_t> chain;
    std::set<size_t> seen;
    for (int at = static_cast<int>(i); at >= 0;) {
      const auto stage = static_cast<size_t>(at);
      if (places[stage] >= 0 || !seen.insert(stage).second) break;
      chain.push_back(stage);
      at = StageOfRow(stages, stages[stage].curation->from);
    }
    for (auto stage = chain.rbegin(); stage != chain.rend(); ++stage) {
      places[*stage] = static_cast<int>(ordered.size());
      ordered.push_back(stages[*stage]);
    }
  }
  for (size_t i = 0; i < ordered.size(); ++i) {
    const int before = StageOfRow(ordered, ordered[i].curation->from);
    if (before < 0 || before >= static_cast<int>(i)) continue;
    ordered[i].before = ordered[static_cast<size_t>(before)].curation;
  }
  return ordered;
}

}  // namespace

std::vector<CurationStage> CurationStages(const Report& report) {
  return InOrder(SharedStages(report));
}

std::string Images(int64_t count) {
  return absl::StrCat(FormatCount(count), count == 1 ? " image" : " images");
}

std::string InFolder(const std::string& folder, const std::string& file) {
  return folder.empty() ? file : absl::StrCat(folder, "/", file);
}

std::string BinName(const Histogram& histogram, size_t bin) {
  const double low = histogram.edges[bin], high = histogram.edges[bin + 1];
  const auto number = [](double value) { return FormatMetric({"", value, 0.0, kCounted, "1", 0}); };
  if (!std::isfinite(low)) return "below " + number(high);
  if (!std::isfinite(high)) return number(low) + " and more";
  std::vector<double> finite;
  for (const double edge : histogram.edges) {
    if (std::isfinite(edge)) finite.push_back(edge);
  }
  if (AreWholeNumbers(finite)) return number(low);
  return absl::StrCat(number(low), " to below ", number(high));
}

bool AreWholeNumbers(const std::vector<double>& edges) {
  for (size_t i = 0; i < edges.size(); ++i) {
    if (edges[i] < 0.0 || edges[i] != std::floor(edges[i])) return false;
    if (i > 0 && edges[i] != edges[i - 1] + 1.0) return false;
  }
  return true;
}

}  // namespace facet
