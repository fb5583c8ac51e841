#include "benchmarks/paired_ratio.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/base/check.h"

namespace facet::bench {
namespace {

constexpr double kPi = 3.14159265358979323846;

// P(0 < T < t) with t = sqrt(n) tan(angle): then the density is a power of the cosine.
double ShareUpTo(double angle, int degrees) {
  constexpr int kParts = 2000;  // of Simpson's rule
  const auto density = [degrees](double x) { return std::pow(std::cos(x), degrees - 1); };
  double sum = density(0) + density(angle);
  for (int i = 1; i < kParts; ++i) sum += (i % 2 == 1 ? 4 : 2) * density(angle * i / kParts);
  const double n = degrees;
  const double scale = std::exp(std::lgamma((n + 1) / 2) - std::lgamma(n / 2)) / std::sqrt(kPi);
  return scale * sum * angle / kParts / 3;
}

}  // namespace

double StudentT975(int degrees) {
  FACET_CHECK(degrees >= 1);
  double low = 0, high = kPi / 2;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (ShareUpTo(middle, degrees) < 0.475 ? low : high) = middle;
  }
  return std::sqrt(degrees) * std::tan(low);
}

RatioInterval PairedRatio(const std::vector<double>& a, const std::vector<double>& b) {
  FACET_CHECK(a.size() == b.size() && a.size() >= 2);
  const auto count = static_cast<double>(a.size());
  double sum = 0, squares = 0;
  std::vector<double> logs;
  for (size_t i = 0; i < a.size(); ++i) logs.push_back(std::log(a[i] / b[i]));
  for (const double each : logs) sum += each;
  const double mean = sum / count;
  for (const double each : logs) squares += (each - mean) * (each - mean);
  const double half = StudentT975(static_cast<int>(a.size()) - 1) *
                      std::sqrt(squares / (count - 1)) / std::sqrt(count);
  return {std::exp(mean), std::exp(mean - half), std::exp(mean + half)};
}

double Median(std::vector<double> values) {
  FACET_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace facet::bench
