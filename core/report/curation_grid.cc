#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/report/cell_pictures.h"
#include "core/report/comparison.h"
#include "core/report/curation.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr std::array<const char*, 6> kCommon = {"persons", "images per person", "images",
                                                "effort",  "precision",         "recall"};
constexpr char kImages[] = "images", kPrecision[] = "precision", kRecall[] = "recall";
constexpr int kBarPx = 84, kMeterPx = 28;

const Metric* Find(const CurationStage& stage, const char* name) {
  return FindMetric(stage.curation->metrics, name);
}

// The metrics called `name`, of the stages that have one.
std::vector<const Metric*> FindAll(const std::vector<CurationStage>& stages, const char* name) {
  std::vector<const Metric*> metrics;
  for (const CurationStage& stage : stages) {
    if (const Metric* metric = Find(stage, name)) metrics.push_back(metric);
  }
  return metrics;
}

// With a bar where it is a share.
GridCell CommonCell(const Metric* metric) {
  if (metric == nullptr) return {"–"};
  const std::string text = FormatStageFigure(*metric);
  if (metric->unit != "%") return {text};
  const std::string bar = BarSvg(kMeterPx, metric->value / 100.0, 1.0, "var(--good)");
  return {text, Tone::kPlain, EscapeHtml(text) + bar};
}

std::string Signed(double value, const std::string& magnitude) {
  return absl::StrCat(value < 0.0 ? "\u2212" : value > 0.0 ? "+" : "±", magnitude);
}

// "−2,622,000 (−50.0 %)": images against those of the stage before.
std::string ChangeOfImages(const CurationStage& stage) {
  const Metric* now = Find(stage, kImages);
  const Metric* before =
      stage.before == nullptr ? nullptr : FindMetric(stage.before->metrics, kImages);
  if (now == nullptr || before == nullptr) return "–";
  const double change = now->value - before->value;
  const std::string count = Signed(change, FormatCount(std::llround(std::abs(change))));
  if (!(before->value > 0.0)) return count;
  const double percent = 100.0 * change / before->value;
  return absl::StrCat(count, " (", Signed(percent, absl::StrFormat("%.1f", std::abs(percent))),
                      " %)");
}

// What the stage left, within what it was given.
GridCell ImagesBar(const CurationStage& stage, double most) {
  const Metric* left = Find(stage, kImages);
  if (left == nullptr || !(most > 0.0)) return {};
  const Metric* given =
      stage.before == nullptr ? nullptr : FindMetric(stage.before->metrics, kImages);
  return HtmlCell(BarSvg(kBarPx, left->value / most, given == nullptr ? 0.0 : given->value / most,
                         "var(--accent)"));
}

void AddChange(const std::vector<CurationStage>& stages, Grid* grid) {
  double most = 0.0;
  for (const Metric* images : FindAll(stages, kImages)) most = std::max(most, images->value);
  grid->Add({"change", look::kCount}, stages, ChangeOfImages);
  grid->Add({"", look::kBars, form::kHtml}, stages,
            [&](const CurationStage& stage) { return ImagesBar(stage, most); });
}

// What the shared figures are, and kinds of their standard errors.
std::vector<std::string> NotesOf(const std::vector<CurationStage>& stages) {
  const bool truth = !FindAll(stages, kPrecision).empty() || !FindAll(stages, kRecall).empty();
  std::vector<std::string> notes = {
      "images: left by the stage; change: against those of the stage that it goes on from",
      truth ? "against the truth: precision, of the images left, those that show their person; "
              "recall, of the images given to the stage that show their person, those left"
            : "the truth is not known: there is neither precision nor recall"};
  std::set<std::string> kinds;
  for (const char* name : kCommon) {
    for (const Metric* metric : FindAll(stages, name)) kinds.insert(metric->error_kind);
  }
  kinds.erase(kCounted);
  kinds.erase("");
  if (!kinds.empty()) {
    notes.push_back(absl::StrCat("± standard error: ", absl::StrJoin(kinds, "; ")));
  }
  return notes;
}

std::vector<Metric> OwnFigures(const ReportCuration& curation) {
  std::set<const Metric*> common;
  for (const char* name : kCommon) common.insert(FindMetric(curation.metrics, name));
  std::vector<Metric> own;
  for (const Metric& metric : curation.metrics) {
    if (common.count(&metric) == 0) own.push_back(metric);
  }
  return own;
}

// "near duplicates removed".
bool IsReason(const Metric& metric) {
  return metric.name.find("removed") != std::string::npos && metric.unit != "%";
}

}  // namespace

std::string FormatStageFigure(const Metric& metric) {
  const bool time = metric.error_kind == kCounted && metric.unit == "h" && metric.value >= 0.0;
  if (!time) return FormatMetric(metric);
  return metric.value == 0.0 ? "none" : FormatSeconds(3600.0 * metric.value);
}

Grid CurationGrid(const std::vector<CurationStage>& stages) {
  Grid grid;
  grid.notes = NotesOf(stages);
  grid.Add({"row", look::kId}, stages,
           [](const CurationStage& stage) { return absl::StrJoin(stage.rows, ", "); });
  grid.Add({"stage", look::kText}, stages,
           [](const CurationStage& stage) { return stage.curation->component; });
  for (const char* name : kCommon) {
    const std::vector<const Metric*> metrics = FindAll(stages, name);
    if (metrics.empty()) continue;
    const bool percent = std::all_of(metrics.begin(), metrics.end(),
                                     [](const Metric* metric) { return metric->unit == "%"; });
    grid.Add({percent ? WithUnit(name, "%") : name, look::kNumber}, stages,
             [&](const CurationStage& stage) { return CommonCell(Find(stage, name)); });
    if (std::string(name) == kImages) AddChange(stages, &grid);
  }
  return grid;
}

Grid OwnFigureGrid(const ReportCuration& curation) {
  const std::vector<Metric> figures = OwnFigures(curation);
  double most = 0.0;
  for (const Metric& metric : figures) most = std::max(most, IsReason(metric) ? metric.value : 0.0);
  Grid grid;
  grid.Add({"figure", look::kText}, figures, NameWithUnit);
  grid.Add({"value", look::kNumber}, figures, FormatStageFigure);
  if (most > 0.0) {  // reasons of removal have bars on one scale
    grid.Add({"", look::kBars, form::kHtml}, figures, [&](const Metric& metric) {
      if (!IsReason(metric)) return GridCell();
      return HtmlCell(BarSvg(kBarPx, metric.value / most, 0.0, "var(--warn)"));
    });
  }
  grid.Add({"n", look::kCount}, figures,
           [](const Metric& metric) { return FormatCount(metric.count); });
  grid.Add({"standard error", look::kRemark}, figures, &Metric::error_kind);
  return grid;
}

Grid HistogramGrid(const Histogram& histogram) {
  std::vector<size_t> bins;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    if (histogram.counts[i] != 0) bins.push_back(i);
  }
  Grid grid;
  grid.Add({absl::StrCat(histogram.name, ": ", histogram.x_label), look::kNumber}, bins,
           [&](size_t bin) { return BinName(histogram, bin); });
  grid.Add({"count", look::kNumber}, bins,
           [&](size_t bin) { return FormatCount(histogram.counts[bin]); });
  return grid;
}

}  // namespace facet
