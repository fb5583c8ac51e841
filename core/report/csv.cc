#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/report/comparison.h"
#include "core/report/effects.h"
#include "core/report/grid.h"
#include "core/report/groups.h"
#include "core/report/report.h"
#include "core/report/summary.h"
#include "core/report/sweep.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// A figure of a row. What is not known, or not said of this figure, is kNone or empty.
struct Line {
  const ReportRow* row = nullptr;
  Metric metric;
  double reference = kNone, difference = kNone, tolerance = kNone;
  std::string verdict = {};
  // Of a line that stands for copies of a row: over seeds.
  double seed_deviation = kNone;
  int seeds = 0;
  const Effect* effect = nullptr;  // of a line that says what a part is worth
};

// Tolerances and errors are negative where they are not known.
double Known(double value) { return value >= 0.0 ? value : kNone; }

bool HasMetric(const Evaluation& evaluation, const std::string& name) {
  return std::any_of(evaluation.metrics.begin(), evaluation.metrics.end(),
                     [&](const Metric& metric) { return metric.name == name; });
}

// The row's result beside its reference, which may be all that there is.
Line ResultOf(const ReportRow& row) {
  Line line{&row, {"", kNone, -1.0, "", "", -1}};
  const Metric* shown = ShownMetric(row);
  if (const ReportReference* reference = ShownReference(row)) {
    line.metric.name = reference->metric;
    line.metric.unit = reference->unit;
    line.reference = reference->value;
    line.difference = ReferenceDifference(row).value_or(kNone);
    line.tolerance = reference->tolerance;
    line.verdict = Verdict(row);
  }
  if (shown != nullptr) line.metric = *shown;
  return line;
}

// What the table shows of copies; the first is the result.
void AddMeans(const SeedMeans& means, std::vector<Line>* lines) {
  const Metric* shown = ShownMetric(means.row);
  for (const Metric& metric : means.row.evaluation.metrics) {
    Line line = &metric == shown ? ResultOf(means.row) : Line{&means.row, metric};
    const auto spread = means.spreads.find(metric.name);
    if (spread != means.spreads.end()) line.seed_deviation = spread->second.deviation;
    line.seeds = spread == means.spreads.end() ? 1 : spread->second.seeds;
    lines->push_back(std::move(line));
  }
}

void AddEffects(const std::vector<Effect>& effects, const std::vector<ReportRow>& rows,
                std::vector<Line>* lines) {
  for (const Effect& effect : effects) {
    if (!effect.difference) continue;
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const ReportRow& each) { return each.id == effect.row; });
    if (row == rows.end()) continue;
    Line line{&*row,
              {absl::StrCat("effect of ", row->part), effect.difference->value,
               std::sqrt(effect.difference->variance), effect.difference->method,
               effect.difference->unit, -1}};
    line.seeds = effect.difference->seeds;
    line.effect = &effect;
    lines->push_back(std::move(line));
  }
}

std::vector<Line> LinesOf(const Report& report) {
  std::vector<Line> lines;
  for (const ReportRow& row : report.rows) {
    const Metric* shown = ShownMetric(row);
    if (shown == nullptr) {
      lines.push_back(ResultOf(row));
      for (size_t i = 1; i < row.references.size(); ++i) {
        const ReportReference& reference = row.references[i];
        Line line{&row, {reference.metric, kNone, -1.0, "", reference.unit, -1}};
        line.reference = reference.value;
        line.tolerance = reference.tolerance;
        lines.push_back(line);
      }
    } else {
      for (const Metric& metric : row.evaluation.metrics) {
        lines.push_back(&metric == shown ? ResultOf(row) : Line{&row, metric});
      }
    }
    if (!row.curation.has_value()) continue;
    for (const Metric& metric : row.curation->metrics) {
      if (shown == nullptr || !HasMetric(row.evaluation, metric.name)) {
        lines.push_back({&row, metric});
      }
    }
  }
  return lines;
}

void AddEffectColumns(const std::vector<Line>& lines, Grid* grid) {
  const auto add = [&](const char* head, double (*number_of)(const Effect&)) {
    grid->Add({head, look::kText}, lines, [number_of](const Line& line) {
      return line.effect == nullptr ? "" : ExactNumber(number_of(*line.effect));
    });
  };
  grid->Add({"against", look::kText}, lines,
            [](const Line& line) { return line.effect == nullptr ? "" : line.effect->against; });
  add("low_95", [](const Effect& effect) { return effect.difference->low; });
  add("high_95", [](const Effect& effect) { return effect.difference->high; });
  add("p", [](const Effect& effect) { return effect.difference->p_value; });
  add("p_holm", [](const Effect& effect) { return effect.adjusted_p; });
}

}  // namespace

std::string RenderCsv(const Report& report) {
  std::vector<Line> lines = LinesOf(report);
  const GroupedReport grouped = OverSeeds(report);
  for (const ReportRow& row : grouped.report.rows) {
    const auto means = grouped.means.find(row.id);
    if (means != grouped.means.end()) AddMeans(means->second, &lines);
  }
  const std::vector<Effect> effects = EffectsOf(report);
  AddEffects(effects, grouped.report.rows, &lines);
  Grid grid;
  const auto add = [&](const char* head, const auto& text_of) {
    grid.Add({head, look::kText}, lines, text_of);
  };
  add("row", [](const Line& line) { return line.row->id; });
  add("label", [](const Line& line) { return line.row->label; });
  add("parent", [](const Line& line) { return line.row->parent; });
  add("state", [](const Line& line) { return StateName(line.row->state); });
  add("metric", [](const Line& line) { return line.metric.name; });
  add("value", [](const Line& line) { return ExactNumber(line.metric.value); });
  add("standard_error",
      [](const Line& line) { return ExactNumber(Known(line.metric.standard_error)); });
  add("error_kind", [](const Line& line) { return line.metric.error_kind; });
  add("unit", [](const Line& line) { return line.metric.unit; });
  add("count", [](const Line& line) {
    return line.metric.count < 0 ? "" : absl::StrCat(line.metric.count);
  });
  add("reference", [](const Line& line) { return ExactNumber(line.reference); });
  add("difference", [](const Line& line) { return ExactNumber(line.difference); });
  add("tolerance", [](const Line& line) { return ExactNumber(Known(line.tolerance)); });
  add("verdict", &Line::verdict);
  add("measured_on", [](const Line& line) { return MeasuredOn(*line.row); });
  for (size_t i = 0; i < report.setting_columns.size(); ++i) {
    add(report.setting_columns[i].c_str(), [i](const Line& line) {
      return i < line.row->settings.size() ? line.row->settings[i] : "";
    });
  }
  for (const SweepAxis& axis : AxesOf(report)) {
    add(axis.path.c_str(), [&axis](const Line& line) { return AxisValue(*line.row, axis.path); });
  }
  if (!grouped.means.empty()) {
    add("repeats", [](const Line& line) { return line.row->repeats; });
    add("seed", [](const Line& line) { return line.row->seed; });
    add("seeds", [](const Line& line) { return line.seeds == 0 ? "" : absl::StrCat(line.seeds); });
    add("deviation_over_seeds", [](const Line& line) { return ExactNumber(line.seed_deviation); });
  }
  if (!effects.empty()) AddEffectColumns(lines, &grid);
  return CsvTable(grid);
}

}  // namespace facet
