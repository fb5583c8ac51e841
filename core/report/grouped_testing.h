// Rows with folds, made by hand, for tests of copies, effects and sweeps.
#ifndef FACET_CORE_REPORT_GROUPED_TESTING_H_
#define FACET_CORE_REPORT_GROUPED_TESTING_H_

#include <cmath>
#include <string>
#include <vector>

#include "core/report/report.h"

namespace facet {

// Done, with the mean of the folds as its headline and the standard error of that.
inline ReportRow FoldRow(const std::string& id, const std::vector<double>& folds) {
  ReportRow row;
  row.id = id;
  row.label = "label of " + id;
  row.state = ReportRow::State::kDone;
  const double n = static_cast<double>(folds.size());
  double mean = 0.0, squares = 0.0;
  for (const double fold : folds) mean += fold / n;
  for (const double fold : folds) squares += (fold - mean) * (fold - mean);
  const double error = std::sqrt(squares / (n - 1.0) / n);
  row.evaluation.metrics = {{"accuracy", mean, error, "over 4 folds, ddof 1", "%", 6000}};
  row.evaluation.replicates = folds;
  row.evaluation.replicate_kind = "fold";
  row.evaluation.protocol = "LFW view 2 (official), 6000 pairs, sha256 01";
  return row;
}

inline ReportRow CopyOf(const std::string& repeats, int seed, const std::vector<double>& folds) {
  ReportRow row = FoldRow(repeats + "@" + std::to_string(seed), folds);
  row.repeats = repeats;
  row.seed = std::to_string(seed);
  row.label = "label of " + repeats;
  return row;
}

// Rows "full" and "bare" with seeds 1 to 3 each, and "bare" is "full" without its aligner.
inline Report SeededReport() {
  Report report;
  report.title = "Seeds";
  report.rows = {
      CopyOf("full", 1, {91.2, 92.1, 90.4, 93.3}), CopyOf("full", 2, {92.0, 93.1, 90.9, 93.6}),
      CopyOf("full", 3, {90.1, 91.9, 90.2, 92.4}), CopyOf("bare", 1, {90.0, 91.5, 89.9, 91.2}),
      CopyOf("bare", 2, {90.2, 91.1, 90.4, 92.0}), CopyOf("bare", 3, {90.3, 91.0, 89.0, 91.5})};
  for (size_t i = 3; i < 6; ++i) {
    report.rows[i].parent = report.rows[i - 3].id;
    report.rows[i].compared_with = "full";
    report.rows[i].part = "test.aligner";
    report.rows[i].changes = {{"test.aligner", "eyes", "none"}};
  }
  return report;
}

}  // namespace facet

#endif  // FACET_CORE_REPORT_GROUPED_TESTING_H_
