#include "plugins/evaluators/resampling.h"

#include <cmath>
#include <cstddef>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "core/base/check.h"
#include "core/base/random.h"

namespace facet {

std::string TextOf(const Resampling& resampling) {
  return absl::StrCat("bootstrap over ", resampling.num_units, " ", resampling.units, ", ",
                      resampling.num_draws, " draws");
}

absl::Status Resample(const Resampling& resampling, const std::string& needs,
                      const std::function<bool(const std::vector<double>& copies)>& use) {
  const auto num_units = static_cast<size_t>(resampling.num_units);
  FACET_CHECK(num_units > 0);
  Random random(resampling.seed);
  std::vector<double> copies(num_units);
  int64_t used = 0;
  for (int64_t tried = 0; used < resampling.num_draws; ++tried) {
    if (tried >= 10 * resampling.num_draws) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the bootstrap over ", resampling.units, " needs more of them: of ", tried, " draws of ",
          num_units, " ", resampling.units, " only ", used, " had ", needs));
    }
    copies.assign(num_units, 0.0);
    for (size_t i = 0; i < num_units; ++i) copies[random.Index(num_units)] += 1.0;
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
