#include "core/report/curation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/report/comparison.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr std::array<const char*, 6> kCommon = {"persons", "images per person", "images",
                                                "effort",  "precision",         "recall"};
constexpr char kImages[] = "images", kPrecision[] = "precision", kRecall[] = "recall";

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
    ordered[i].before = before < static_cast<int>(i) ? before : -1;
  }
  return ordered;
}

std::string Signed(double value, const std::string& magnitude) {
  return absl::StrCat(value < 0.0 ? "\u2212" : value > 0.0 ? "+" : "±", magnitude);
}

// "−2,622,000 (−50.0 %)": images against those of the stage before.
std::string ChangeOfImages(const CurationTable& table, const CurationStage& stage) {
  if (stage.before < 0) return "–";
  const Metric* now = FindMetric(*stage.curation, kImages);
  const Metric* before =
      FindMetric(*table.stages[static_cast<size_t>(stage.before)].curation, kImages);
  if (now == nullptr || before == nullptr) return "–";
  const double change = now->value - before->value;
  const std::string count = Signed(change, FormatCount(std::llround(std::abs(change))));
  if (!(before->value > 0.0)) return count;
  const double percent = 100.0 * change / before->value;
  return absl::StrCat(count, " (", Signed(percent, absl::StrFormat("%.1f", std::abs(percent))),
                      " %)");
}

std::string HeadOf(const CurationTable& table, size_t column, const std::string& name) {
  std::set<std::string> units;
  for (const CurationStage& stage : table.stages) {
    if (stage.common[column] != nullptr) units.insert(stage.common[column]->unit);
  }
  return units == std::set<std::string>{"%"} ? WithUnit(name, "%") : name;
}

// Shared figures, with the change beside the number of images; the rest is the stages' own.
void AddFigures(CurationTable* table) {
  std::set<std::string> said;
  for (const CurationStage& stage : table->stages) {
    for (const char* name : kCommon) {
      if (FindMetric(*stage.curation, name) != nullptr) said.insert(name);
    }
  }
  for (const char* name : kCommon) {
    if (said.count(name) == 0) continue;
    for (CurationStage& stage : table->stages) {
      const Metric* metric = FindMetric(*stage.curation, name);
      stage.common.push_back(metric);
      stage.cells.push_back(metric == nullptr ? "–" : FormatStageFigure(*metric));
    }
    table->columns.push_back(HeadOf(*table, table->columns.size(), name));
    if (std::string(name) != kImages) continue;
    for (CurationStage& stage : table->stages) {
      stage.common.push_back(nullptr);
      stage.cells.push_back(ChangeOfImages(*table, stage));
    }
    table->change_column = static_cast<int>(table->columns.size());
    table->columns.emplace_back("change");
  }
  for (CurationStage& stage : table->stages) {
    for (const Metric& metric : stage.curation->metrics) {
      const auto& common = stage.common;
      if (std::find(common.begin(), common.end(), &metric) == common.end()) {
        stage.own.push_back(&metric);
      }
    }
  }
  table->has_truth = said.count(kPrecision) + said.count(kRecall) > 0;
}

void AddNotes(CurationTable* table) {
  table->notes.emplace_back(
      "images: left by the stage; change: against those of the stage that it goes on from");
  table->notes.emplace_back(
      table->has_truth
          ? "against the truth: precision, of the images left, those that show their person; "
            "recall, of the images given to the stage that show their person, those left"
          : "the truth is not known: there is neither precision nor recall");
  std::set<std::string> kinds;
  for (const CurationStage& stage : table->stages) {
    for (const Metric* metric : stage.common) {
      if (metric != nullptr && metric->error_kind != kCounted) kinds.insert(metric->error_kind);
    }
  }
  kinds.erase("");
  if (kinds.empty()) return;
  table->notes.push_back(absl::StrCat("± standard error: ", absl::StrJoin(kinds, "; ")));
}

}  // namespace

const Metric* FindMetric(const ReportCuration& curation, const std::string& name) {
  for (const Metric& metric : curation.metrics) {
    if (metric.name == name) return &metric;
  }
  for (const Metric& metric : curation.metrics) {
    if (BaseName(metric.name) == name) return &metric;
  }
  return nullptr;
}

CurationTable MakeCurationTable(const Report& report) {
  CurationTable table;
  table.stages = InOrder(SharedStages(report));
  if (table.stages.empty()) return table;
  AddFigures(&table);
  AddNotes(&table);
  return table;
}

std::string FormatStageFigure(const Metric& metric) {
  const bool time = metric.error_kind == kCounted && metric.unit == "h" && metric.value >= 0.0;
  if (!time) return FormatMetric(metric);
  return metric.value == 0.0 ? "none" : FormatSeconds(3600.0 * metric.value);
}

std::string RowNames(const CurationStage& stage) {
  return absl::StrCat(stage.rows.size() == 1 ? "row " : "rows ", absl::StrJoin(stage.rows, ", "));
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
