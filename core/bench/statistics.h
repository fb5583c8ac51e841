// Statistics of repeated measurements: few values, and now and then one that is far too large.
// Medians and ranks, therefore, not means.
#ifndef FACET_CORE_BENCH_STATISTICS_H_
#define FACET_CORE_BENCH_STATISTICS_H_

#include <optional>
#include <vector>

namespace facet {

// Between 0 and 1, linear between neighbours (NumPy's default). `values`: at least one.
double Quantile(std::vector<double> values, double share);
double Median(const std::vector<double>& values);
// Interquartile range over median; none: fewer than two values, or a median of 0.
std::optional<double> RelativeSpread(const std::vector<double>& values);

// The two-sided Mann-Whitney U test: could both be draws of one distribution?
struct RankTest {
  double u = 0.0, other_u = 0.0;  // pairs in which `a` is the larger, `b`; ties half
  double p = 1.0;
  bool exact = false;  // else the normal approximation, corrected for ties and continuity
  // The smallest p that so few values can have.
  double least_p = 0.0;
};
// Exact without ties and up to 50 values each. None: one of both has no value.
std::optional<RankTest> MannWhitney(const std::vector<double>& a, const std::vector<double>& b);

struct Interval {
  double low = 0.0, high = 0.0;
};
// What values of `a` are to values of `b`: the 95 % interval of the ratio that the test above does
// not refuse, of the sorted ratios of all pairs. None: too few values for that, or one is not
// positive.
std::optional<Interval> RatioInterval(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace facet

#endif  // FACET_CORE_BENCH_STATISTICS_H_
