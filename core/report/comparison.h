// What the reports say about a row besides its own figures: the difference to the published value,
// the paired difference to its parent, the verdict.
#ifndef FACET_CORE_REPORT_COMPARISON_H_
#define FACET_CORE_REPORT_COMPARISON_H_

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/report/report.h"

namespace facet {

// The metric called `name`, or the first of the form "name, ..."; null if there is none.
const Metric* FindMetric(const std::vector<Metric>& metrics, const std::string& name);
// "100%-EER, pooled" -> "100%-EER".
std::string BaseName(const std::string& metric);

// What a row shows in the table: the first metric that has a reference and is not a count (counts
// stand in columns of their own), else the headline; null unless the row is done.
const Metric* ShownMetric(const ReportRow& row);
// The reference of the shown metric, or of a row without a result its first; null if none.
const ReportReference* ShownReference(const ReportRow& row);
// Shown metric minus reference; none without both, or if their units differ.
std::optional<double> ReferenceDifference(const ReportRow& row);

// "match" (equal as printed), "within tolerance", "differs"; empty where the reference has no
// tolerance or there is no difference.
std::string Verdict(const ReportRow& row);
// "done", "running", "failed", "skipped", "reported", "not run".
std::string StateName(ReportRow::State state);
// "cached", "run", "failed", "not run".
std::string StateName(ReportStage::State state);

// The difference of the headlines of two rows of one protocol, as a reader of the table would take
// it, with a 95 % interval from their replicates: bootstrap draws give the percentiles of the
// draws' differences; folds give Student's t interval of the paired differences, as a headline's
// standard error is that of its folds. Where the headlines are not the same figure (pooled, and the
// mean of the folds), the difference is the mean of the paired ones.
struct PairedDifference {
  double value = 0.0, low = 0.0, high = 0.0;
  std::string unit;
  // "10 paired folds, t interval"; names the metric where the table shows another.
  std::string method;
  // Two-sided, of no difference: of the t statistic, or of draws twice the smaller share on either
  // side of 0, itself counted (Davison and Hinkley 1997, section 4.2.5). NaN: unknown.
  double p_value = std::numeric_limits<double>::quiet_NaN();
  double variance = 0.0;  // of the value, over the test set
  double degrees = 0.0;   // of freedom of that variance; infinite: of draws
  int seeds = 1;          // that the value is a mean over
};
// None where the rows cannot be compared; `why` then says it ("row 2 is not run").
std::optional<PairedDifference> CompareToParent(const ReportRow& row, const ReportRow& parent,
                                                std::string* why);

const ReportRow* FindRow(const Report& report, const std::string& id);

// Student's t, with infinitely many degrees the normal distribution: the 0.975 quantile, and the
// probability of a value at least as far from 0 as `t`.
double StudentQuantile(double degrees_of_freedom);
double StudentTwoSided(double t, double degrees_of_freedom);

}  // namespace facet

#endif  // FACET_CORE_REPORT_COMPARISON_H_
