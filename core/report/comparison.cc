#include "core/report/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "boost/math/distributions/students_t.hpp"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr double kTail = 0.025;  // of a 95 % interval

// Linear between order statistics (type 7 of Hyndman and Fan 1996). `sorted` is not empty.
double Quantile(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

PairedDifference FromFolds(const std::vector<double>& differences, const Metric& row,
                           const Metric& parent) {
  const double n = static_cast<double>(differences.size());
  double mean = 0.0, squares = 0.0;
  for (const double difference : differences) mean += difference / n;
  for (const double difference : differences) squares += std::pow(difference - mean, 2);
  const double error = std::sqrt(squares / (n - 1.0) / n);
  const double half = StudentQuantile(static_cast<int>(n) - 1) * error;
  const bool same_figure = row.name == parent.name;
  const double value = same_figure ? row.value - parent.value : mean;
  PairedDifference result = {
      value, value - half, value + half, "",
      absl::StrCat(same_figure ? "" : "the mean over ", differences.size(),
                   " paired folds, t interval",
                   same_figure ? "" : " (two figures of which one is not pooled)")};
  result.variance = error * error;
  result.degrees = n - 1.0;
  result.p_value = StudentTwoSided(value / error, result.degrees);
  return result;
}

// `sorted` is not empty.
PairedDifference FromDraws(const std::vector<double>& sorted, double value) {
  const double n = static_cast<double>(sorted.size());
  PairedDifference result = {value, Quantile(sorted, kTail), Quantile(sorted, 1.0 - kTail), "",
                             absl::StrCat(FormatCount(static_cast<int64_t>(sorted.size())),
                                          " paired bootstrap draws, percentiles")};
  double mean = 0.0, squares = 0.0;
  for (const double draw : sorted) mean += draw / n;
  for (const double draw : sorted) squares += std::pow(draw - mean, 2);
  result.variance = squares / (n - 1.0);
  result.degrees = std::numeric_limits<double>::infinity();
  const auto not_above = std::upper_bound(sorted.begin(), sorted.end(), 0.0) - sorted.begin();
  const auto not_below = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), 0.0);
  const auto fewer = static_cast<double>(std::min(not_above, not_below));
  result.p_value = std::min(1.0, 2.0 * (fewer + 1.0) / (n + 1.0));
  return result;
}

std::string WhyNot(const ReportRow& row, const ReportRow& parent) {
  for (const ReportRow* each : {&row, &parent}) {
    if (each->state != ReportRow::State::kDone) {
      return absl::StrCat("row ", each->id, ": ", StateName(each->state));
    }
    if (each->evaluation.metrics.empty() || each->evaluation.replicates.size() < 2 ||
        each->evaluation.replicate_kind.empty()) {
      return absl::StrCat("row ", each->id, " has no replicates");
    }
    for (const double replicate : each->evaluation.replicates) {
      if (!std::isfinite(replicate)) {
        return absl::StrCat("row ", each->id, " has replicates that are no numbers");
      }
    }
  }
  const Evaluation &a = row.evaluation, &b = parent.evaluation;
  if (a.protocol != b.protocol || a.replicate_kind != b.replicate_kind ||
      a.replicates.size() != b.replicates.size()) {
    return "scored on other pairs";
  }
  if (BaseName(a.metrics[0].name) != BaseName(b.metrics[0].name)) return "scored by another metric";
  return "";
}

}  // namespace

std::string BaseName(const std::string& metric) { return metric.substr(0, metric.find(',')); }

const Metric* FindMetric(const std::vector<Metric>& metrics, const std::string& name) {
  for (const Metric& metric : metrics) {
    if (metric.name == name) return &metric;
  }
  for (const Metric& metric : metrics) {
    if (BaseName(metric.name) == name) return &metric;
  }
  return nullptr;
}

const Metric* ShownMetric(const ReportRow& row) {
  if (row.state != ReportRow::State::kDone || row.evaluation.metrics.empty()) return nullptr;
  for (const ReportReference& reference : row.references) {
    const Metric* metric = FindMetric(row.evaluation.metrics, reference.metric);
    if (metric != nullptr && metric->error_kind != kCounted) return metric;
  }
  return &row.evaluation.metrics[0];
}

const ReportReference* ShownReference(const ReportRow& row) {
  if (row.references.empty()) return nullptr;
  const Metric* metric = ShownMetric(row);
  if (metric == nullptr) return &row.references[0];
  for (const ReportReference& reference : row.references) {
    if (FindMetric(row.evaluation.metrics, reference.metric) == metric) return &reference;
  }
  return nullptr;
}

std::optional<double> ReferenceDifference(const ReportRow& row) {
  const Metric* metric = ShownMetric(row);
  const ReportReference* reference = ShownReference(row);
  if (metric == nullptr || reference == nullptr || metric->unit != reference->unit) {
    return std::nullopt;
  }
  return metric->value - reference->value;
}

std::string Verdict(const ReportRow& row) {
  const std::optional<double> difference = ReferenceDifference(row);
  if (!difference) return "";
  const ReportReference& reference = *ShownReference(row);
  if (!(reference.tolerance >= 0.0)) return "";
  if (FormatValue(ShownMetric(row)->value, reference.unit) ==
      FormatValue(reference.value, reference.unit)) {
    return "match";
  }
  return std::abs(*difference) <= reference.tolerance ? "within tolerance" : "differs";
}

std::string StateName(ReportRow::State state) {
  switch (state) {
    case ReportRow::State::kDone:
      return "done";
    case ReportRow::State::kRunning:
      return "running";
    case ReportRow::State::kFailed:
      return "failed";
    case ReportRow::State::kSkipped:
      return "skipped";
    case ReportRow::State::kReported:
      return "reported";
    case ReportRow::State::kNotRun:
      break;
  }
  return "not run";
}

std::string StateName(ReportStage::State state) {
  switch (state) {
    case ReportStage::State::kCached:
      return "cached";
    case ReportStage::State::kRun:
      return "run";
    case ReportStage::State::kFailed:
      return "failed";
    case ReportStage::State::kNotRun:
      break;
  }
  return "not run";
}

std::optional<PairedDifference> CompareToParent(const ReportRow& row, const ReportRow& parent,
                                                std::string* why) {
  *why = WhyNot(row, parent);
  if (!why->empty()) return std::nullopt;
  const Evaluation &a = row.evaluation, &b = parent.evaluation;
  std::vector<double> differences;
  for (size_t i = 0; i < a.replicates.size(); ++i) {
    differences.push_back(a.replicates[i] - b.replicates[i]);
  }
  PairedDifference result;
  if (a.replicate_kind == "fold") {
    result = FromFolds(differences, a.metrics[0], b.metrics[0]);
  } else {
    std::sort(differences.begin(), differences.end());
    result = FromDraws(differences, a.metrics[0].value - b.metrics[0].value);
  }
  result.unit = a.metrics[0].unit;
  // Replicates are of the headline; a row's table may show the metric of its reference.
  for (const ReportRow* each : {&row, &parent}) {
    const Metric& headline = each->evaluation.metrics[0];
    const Metric& shown = *ShownMetric(*each);
    if (shown.name == headline.name) continue;
    const bool same_base = BaseName(shown.name) == BaseName(headline.name);
    absl::StrAppend(&result.method, "; of ", same_base ? headline.name : BaseName(headline.name),
                    ", where the table shows ", same_base ? shown.name : BaseName(shown.name));
    break;
  }
  return result;
}

const ReportRow* FindRow(const Report& report, const std::string& id) {
  for (const ReportRow& row : report.rows) {
    if (row.id == id) return &row;
  }
  return nullptr;
}

double StudentQuantile(double degrees_of_freedom) {
  const boost::math::students_t distribution(degrees_of_freedom);
  return boost::math::quantile(distribution, 1.0 - kTail);
}

double StudentTwoSided(double t, double degrees_of_freedom) {
  if (std::isnan(t)) return 1.0;  // 0 / 0: no difference at all
  if (std::isinf(t)) return 0.0;
  const boost::math::students_t distribution(degrees_of_freedom);
  return 2.0 * boost::math::cdf(distribution, -std::abs(t));
}

}  // namespace facet
