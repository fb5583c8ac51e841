#include "core/bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace facet {
namespace {

constexpr size_t kMostExact = 50;  // values of each: 6 million additions
constexpr double kLevel = 0.05;
constexpr double kNormalQuantile = 1.959963984540054;  // 97.5 %

// The probability of each U from 0 to n m where no values are equal: of all ways in which n and m
// values can be mixed, the share in which the larger ones make up U pairs.
std::vector<double> ProbabilitiesOfU(size_t n, size_t m) {
  // ways[i][u] of i values against the j of the round: the largest is one of them (it is above all
  // j), or one of the others.
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(n * m + 1, 0.0));
  for (std::vector<double>& row : ways) row[0] = 1.0;
  for (size_t j = 1; j <= m; ++j) {
    for (size_t i = 1; i <= n; ++i) {
      for (size_t u = i * j; u >= j; --u) ways[i][u] += ways[i - 1][u - j];
    }
  }
  std::vector<double> probabilities = std::move(ways[n]);
  double total = 0.0;
  for (const double count : probabilities) total += count;
  for (double& probability : probabilities) probability /= total;
  return probabilities;
}

// P(U <= u)
double LowerTail(const std::vector<double>& probabilities, double u) {
  double sum = 0.0;
  for (size_t i = 0; i < probabilities.size() && static_cast<double>(i) <= u; ++i) {
    sum += probabilities[i];
  }
  return sum;
}

// The sum of t^3 - t over groups of t equal values.
double Ties(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  double sum = 0.0;
  for (size_t begin = 0, end = 0; begin < all.size(); begin = end) {
    while (end < all.size() && all[end] == all[begin]) ++end;
    const auto t = static_cast<double>(end - begin);
    sum += t * t * t - t;
  }
  return sum;
}

double PairsAbove(const std::vector<double>& a, const std::vector<double>& b) {
  double u = 0.0;
  for (const double x : a) {
    for (const double y : b) u += x > y ? 1.0 : x == y ? 0.5 : 0.0;
  }
  return u;
}

double NormalP(double u, double n, double m, double ties) {
  const double all = n + m;
  const double variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
  if (!(variance > 0.0)) return 1.0;
  const double beyond = std::abs(u - n * m / 2.0) - 0.5;
  return std::min(1.0, std::erfc(beyond / std::sqrt(2.0 * variance)));
}

bool AllPositive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0.0; });
}

// Which of the sorted ratios of all pairs bounds the interval, counted from each end; 0: none does.
size_t PlaceOfBound(size_t n, size_t m) {
  if (n > kMostExact || m > kMostExact) {
    const auto a = static_cast<double>(n), b = static_cast<double>(m);
    const double k = a * b / 2.0 - kNormalQuantile * std::sqrt(a * b * (a + b + 1.0) / 12.0);
    return k < 1.0 ? 0 : static_cast<size_t>(k);
  }
  const std::vector<double> probabilities = ProbabilitiesOfU(n, m);
  size_t k = 0;
  for (double tail = 0.0; k < probabilities.size(); ++k) {
    tail += probabilities[k];
    if (2.0 * tail > kLevel) break;
  }
  return k;
}

}  // namespace

double Quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

double Median(const std::vector<double>& values) { return Quantile(values, 0.5); }

std::optional<double> RelativeSpread(const std::vector<double>& values) {
  if (values.size() < 2 || !(Median(values) > 0.0)) return std::nullopt;
  return (Quantile(values, 0.75) - Quantile(values, 0.25)) / Median(values);
}

std::optional<RankTest> MannWhitney(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  RankTest test;
  test.u = PairsAbove(a, b);
  test.other_u = n * m - test.u;
  // 2 / C(n + m, n)
  const double log_ways = std::lgamma(n + m + 1.0) - std::lgamma(n + 1.0) - std::lgamma(m + 1.0);
  test.least_p = std::min(1.0, 2.0 * std::exp(-log_ways));
  const double ties = Ties(a, b);
  test.exact = ties == 0.0 && a.size() <= kMostExact && b.size() <= kMostExact;
  test.p = test.exact ? std::min(1.0, 2.0 * LowerTail(ProbabilitiesOfU(a.size(), b.size()),
                                                      std::min(test.u, test.other_u)))
                      : NormalP(test.u, n, m, ties);
  return test;
}

std::optional<Interval> RatioInterval(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty() || !AllPositive(a) || !AllPositive(b)) return std::nullopt;
  const size_t k = PlaceOfBound(a.size(), b.size());
  if (k == 0) return std::nullopt;
  std::vector<double> ratios;
  for (const double x : a) {
    for (const double y : b) ratios.push_back(x / y);
  }
  std::sort(ratios.begin(), ratios.end());
  return Interval{ratios[k - 1], ratios[ratios.size() - k]};
}

}  // namespace facet
