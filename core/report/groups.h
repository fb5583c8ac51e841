// Rows that `seeds` repeats, as the one row that the table shows of them.
#ifndef FACET_CORE_REPORT_GROUPS_H_
#define FACET_CORE_REPORT_GROUPS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/report/comparison.h"
#include "core/report/report.h"

namespace facet {

// The copies of a row, in the report's order, at least one. A row that nothing repeats is its own
// only copy.
struct RowGroup {
  std::string id;  // "4" of "4@1" and "4@2"
  std::vector<const ReportRow*> copies;

  const ReportRow& first() const { return *copies.front(); }
  bool repeated() const { return !first().repeats.empty(); }
  std::vector<const ReportRow*> Done() const;
};
std::vector<RowGroup> GroupsOf(const Report& report);
// The group called `id`, or the one that a row of this id is in; null if there is none.
const RowGroup* FindGroup(const std::vector<RowGroup>& groups, const std::string& id);
bool HasRepeatedRows(const Report& report);

// The copies of a row as one. Each figure is the mean over the seeds that are done and have it; its
// standard error is that of one copy's test set (the root mean square over the copies).
struct SeedMeans {
  ReportRow row;  // done if any copy is; without replicates and curves; stages of the first done
  int asked = 1, done = 0, failed = 0;
  // By metric: the sample standard deviation over seeds (divisor n - 1), and n. None of one seed.
  struct Spread {
    double deviation = 0.0;
    int seeds = 0;
  };
  std::map<std::string, Spread> spreads;

  // "3 seeds", "2 of 3 seeds", "2 of 3 seeds, 1 failed".
  std::string SeedsText() const;
  // A 95 % interval of a metric's mean: the variance over seeds divided by their number, and that
  // over the test set, added (Satterthwaite's degrees of freedom). None without any error.
  std::optional<double> HalfInterval(const Metric& metric) const;
};
SeedMeans MeansOf(const RowGroup& group);

// The report with each group as one row, named as the group; unrepeated rows are as they were.
struct GroupedReport {
  Report report;
  std::map<std::string, SeedMeans> means;  // of repeated rows, by id
};
GroupedReport OverSeeds(const Report& report);

// "87.30 ± 0.40 (3 seeds) ± 0.70 (folds)"; without a spread of one seed, "87.30 (1 of 3 seeds) ±
// 0.70 (folds)". What is counted has no second error.
std::string FormatOverSeeds(const Metric& metric, const SeedMeans& means);
// The shorter form of columns beside it, "87.30 ± 0.40 (seeds) ± 0.70".
std::string FormatBeside(const Metric& metric, const SeedMeans& means);

// The difference of the headlines of two groups, row minus other. Copies are paired by their seed.
//
// With n >= 2 pairs of one seed: d_s is the difference of pair s, s_d its sample standard deviation;
// V is the variance of the mean difference over the test set (CompareToParent's, of replicates that
// are averaged over the seeds; where seeds have test pairs or draws of their own, the mean of the
// pairs' variances, which is not below that of their mean). The interval is
//
//   mean(d_s) ± t_f √(s_d² / n + V),   f = (s_d² / n + V)² / ((s_d² / n)² / (n - 1) + V² / f_V)
//
// for the two sources are crossed: every seed is tested on the same pairs (two-way variance as in
// Cameron, Gelbach and Miller 2011, without taking off the share that both have of seed and pair
// together, so that it errs to the wide side; f by Satterthwaite 1946). It says what to expect of
// another seed on another test set, not of another training set.
//
// Without replicates it is of the seeds alone, and with one pair that of the test set alone; the
// method says so.
std::optional<PairedDifference> CompareGroups(const RowGroup& row, const RowGroup& other,
                                              std::string* why);

}  // namespace facet

#endif  // FACET_CORE_REPORT_GROUPS_H_
