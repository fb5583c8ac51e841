#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/json.h"
#include "core/report/comparison.h"
#include "core/report/report.h"
#include "core/report/text.h"

namespace facet {
namespace {

// The shortest text that reads back as the same number.
std::string Number(double value) { return std::isfinite(value) ? Dump(Json(value)) : ""; }

std::string Line(std::vector<std::string> fields) {
  for (std::string& field : fields) field = CsvField(field);
  return absl::StrJoin(fields, ",") + "\n";
}

bool HasMetric(const Evaluation& evaluation, const std::string& name) {
  return std::any_of(evaluation.metrics.begin(), evaluation.metrics.end(),
                     [&](const Metric& metric) { return metric.name == name; });
}

}  // namespace

std::string RenderCsv(const Report& report) {
  std::string out =
      Line({"row", "label", "parent", "state", "metric", "value", "standard_error", "error_kind",
            "unit", "count", "reference", "difference", "tolerance", "verdict"});
  for (const ReportRow& row : report.rows) {
    const std::vector<std::string> who = {row.id, row.label, row.parent, StateName(row.state)};
    const ReportReference* reference = ShownReference(row);
    const auto reference_fields = [&](bool shown) -> std::vector<std::string> {
      if (!shown || reference == nullptr) return {"", "", "", ""};
      const std::optional<double> difference = ReferenceDifference(row);
      return {Number(reference->value), difference ? Number(*difference) : "",
              reference->tolerance >= 0.0 ? Number(reference->tolerance) : "", Verdict(row)};
    };
    const auto add = [&](const std::vector<std::string>& figures, bool shown) {
      std::vector<std::string> line = who;
      line.insert(line.end(), figures.begin(), figures.end());
      const std::vector<std::string> rest = reference_fields(shown);
      line.insert(line.end(), rest.begin(), rest.end());
      out += Line(std::move(line));
    };
    const auto add_metric = [&](const Metric& metric, bool shown) {
      add({metric.name, Number(metric.value),
           metric.standard_error >= 0.0 ? Number(metric.standard_error) : "", metric.error_kind,
           metric.unit, absl::StrCat(metric.count)},
          shown);
    };
    const Metric* shown = ShownMetric(row);
    if (shown == nullptr) {
      add({reference == nullptr ? "" : reference->metric, "", "", "",
           reference == nullptr ? "" : reference->unit, ""},
          true);
    } else {
      for (const Metric& metric : row.evaluation.metrics) add_metric(metric, &metric == shown);
    }
    if (!row.curation.has_value()) continue;
    for (const Metric& metric : row.curation->metrics) {
      if (shown == nullptr || !HasMetric(row.evaluation, metric.name)) add_metric(metric, false);
    }
  }
  return out;
}

}  // namespace facet
