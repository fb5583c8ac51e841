// Two measurements of the same benchmarks: `facet bench compare A.json B.json`, and --baseline.
// The median of B over that of A, and whether the Mann-Whitney U test tells them apart.
#ifndef FACET_CORE_BENCH_COMPARE_H_
#define FACET_CORE_BENCH_COMPARE_H_

#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/bench/results.h"
#include "core/bench/statistics.h"
#include "core/report/grid.h"

namespace facet {

// Of a p-value below it we say that there is a difference.
inline constexpr double kSignificance = 0.05;
// Fewer repetitions are told: the test seldom finds a difference in them.
inline constexpr size_t kEnoughRepetitions = 9;

enum class TimeVerdict { kFaster, kSlower, kNoDifference, kTooFew };
const char* VerdictName(TimeVerdict verdict);  // "faster"

struct TimeChange {
  double median_a = 0.0, median_b = 0.0;  // s
  double ratio = 0.0;                     // b / a
  std::optional<Interval> interval;       // of the ratio, 95 %
  RankTest test;
  TimeVerdict verdict = TimeVerdict::kTooFew;  // of b
};
// Both with at least one value.
TimeChange ChangeOf(const std::vector<double>& a, const std::vector<double>& b);

struct BenchComparison {
  struct Line {
    std::string name;
    TimeChange change;
  };
  std::vector<Line> lines;                  // in A's order
  std::vector<std::string> only_a, only_b;  // names
  std::vector<std::string> errors;          // names that one of both has no time of
};
BenchComparison Compare(const BenchResults& a, const BenchResults& b);

// `names`: what the two are called in the heads.
Grid ComparisonGrid(const BenchComparison& comparison, const std::string& name_a,
                    const std::string& name_b);
// What has to be known beside it: few repetitions, other machines, how many differ by chance.
std::vector<std::string> ComparisonNotes(const BenchComparison& comparison, const BenchResults& a,
                                         const BenchResults& b);
// {"schema": 1, "benchmarks": [{"name", "median_a_s", "median_b_s", "ratio", "interval_95", "p",
// "method", "verdict"}], "only_a", "only_b", "errors"}
Json ToJson(const BenchComparison& comparison);

}  // namespace facet

#endif  // FACET_CORE_BENCH_COMPARE_H_
