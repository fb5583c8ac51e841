#include "plugins/evaluators/resampling.h"

#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"

namespace facet {

std::string TextOf(const Resampling& resampling) {
  return absl::StrCat("bootstrap over ", resampling.num_units, " ", resampling.units, ", ",
                      resampling.num_draws, " draws");
}

Draws::Draws(const Resampling& resampling)
    : random_(resampling.seed),
      num_units_(static_cast<uint64_t>(std::max<int64_t>(1, resampling.num_units))),
      limit_(UINT64_MAX - UINT64_MAX % num_units_),
      inverse_(UINT64_MAX / num_units_) {
  FACET_CHECK(resampling.num_units > 0);
}

void Draws::Next(double* copies) {
  std::fill(copies, copies + num_units_, 0.0);
  for (uint64_t i = 0; i < num_units_; ++i) copies[Index()] += 1.0;
}

absl::Status TooFewUnits(const Resampling& resampling, int64_t tried, int64_t used,
                         const std::string& needs) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the bootstrap over ", resampling.units, " needs more of them: of ", tried, " draws of ",
      resampling.num_units, " ", resampling.units, " only ", used, " had ", needs));
}

absl::Status Resample(const Resampling& resampling, const std::string& needs,
                      const std::function<bool(const std::vector<double>& copies)>& use) {
  Draws draws(resampling);
  std::vector<double> copies(static_cast<size_t>(resampling.num_units));
  int64_t used = 0;
  for (int64_t tried = 0; used < resampling.num_draws; ++tried) {
    if (tried >= 10 * resampling.num_draws) {
      return TooFewUnits(resampling, tried, used, needs);
    }
    draws.Next(copies.data());
    if (use(copies)) ++used;
  }
  return absl::OkStatus();
}

double StandardDeviation(const std::vector<double>& values) {
  FACET_CHECK(values.size() >= 2);
  const double n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1.0));
}

double JackknifeError(const std::vector<double>& without_each) {
  const double n = static_cast<double>(without_each.size());
  return StandardDeviation(without_each) * (n - 1.0) / std::sqrt(n);
}

MeanAndError MeanWithError(const std::vector<double>& values) {
  const double n = static_cast<double>(values.size());
  const double deviation = StandardDeviation(values);
  return {std::accumulate(values.begin(), values.end(), 0.0) / n, deviation / std::sqrt(n)};
}

}  // namespace facet
