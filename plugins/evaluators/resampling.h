// Standard errors from resampling: the bootstrap over people, images or samples, and the spread of
// what its draws or the folds of a protocol give.
#ifndef FACET_PLUGINS_EVALUATORS_RESAMPLING_H_
#define FACET_PLUGINS_EVALUATORS_RESAMPLING_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace facet {

struct Resampling {
  std::string units;      // what is drawn: "people", "images"
  int64_t num_units = 0;  // > 0; a draw has as many, with replacement
  int64_t num_draws = 0;
  uint64_t seed = 0;
};

// "bootstrap over 12 people, 1000 draws".
std::string TextOf(const Resampling& resampling);

// Calls `use` with the copies of every unit, once per draw. It returns false where the draw says
// nothing for want of `needs` ("genuine and impostor pairs"): another one is then made.
// FailedPrecondition if that happens to nine of ten draws: there are too few units. Equal numbers
// of units and equal seeds give equal draws, so that replicates of two systems are paired.
absl::Status Resample(const Resampling& resampling, const std::string& needs,
                      const std::function<bool(const std::vector<double>& copies)>& use);

struct MeanAndError {
  double mean = 0.0;
  double standard_error = 0.0;  // standard deviation (divided by n - 1) / sqrt(n)
};
// At least two values.
MeanAndError MeanWithError(const std::vector<double>& values);
// Standard deviation (divided by n - 1): the standard error of what bootstrap draws estimate.
double StandardDeviation(const std::vector<double>& values);
// Of a figure of all, from its values with each of n groups left out: sqrt((n - 1) / n times the
// sum of their squared distances to their mean). At least two. Efron, The Jackknife, the Bootstrap
// and Other Resampling Plans, SIAM 1982, chapter 3.
double JackknifeError(const std::vector<double>& without_each);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_RESAMPLING_H_
