#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/report/grids.h"
#include "core/report/text.h"

namespace facet {

GridCell FigureCell(const Metric& metric) {
  const std::string text = FormatMetric(metric);
  if (metric.error_kind == kCounted) return {text, Tone::kStrong};
  const std::string value = FormatValue(metric.value, metric.unit);
  const std::string error = metric.standard_error >= 0.0
                                ? "± " + FormatValue(metric.standard_error, metric.unit)
                                : "error unknown";
  return {text, Tone::kStrong,
          absl::StrCat(HtmlInTone(value, Tone::kStrong), " ", HtmlInTone(error, Tone::kMuted))};
}

Grid FigureGrid(const Report& report) {
  std::vector<std::string> ids;
  std::vector<Metric> metrics;
  for (const ReportRow& row : report.rows) {
    if (row.state != ReportRow::State::kDone) continue;
    ids.insert(ids.end(), row.evaluation.metrics.size(), row.id);
    metrics.insert(metrics.end(), row.evaluation.metrics.begin(), row.evaluation.metrics.end());
  }
  Grid grid;
  grid.grouped = true;
  grid.Add({"row", look::kId}, ids, [](const std::string& id) { return id; });
  grid.Add({"figure", look::kText}, metrics, NameWithUnit);
  grid.Add({"value", look::kNumber}, metrics, FigureCell);
  grid.Add({"n", look::kCount}, metrics,
           [](const Metric& metric) { return FormatCount(metric.count); });
  grid.Add({"standard error", look::kRemark}, metrics, &Metric::error_kind);
  return grid;
}

}  // namespace facet
