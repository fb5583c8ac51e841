// Which rates of false accepts a number of impostors can show: one rule for all evaluators.
//
// One accepted impostor of n is a rate of 1 / n. Below that a threshold accepts none of them, and
// the figure would be that of rate 0 under the name of another. A rate of 0 itself is allowed where
// an option allows it: it speaks of these impostors alone.
#ifndef FACET_PLUGINS_EVALUATORS_MEASURABLE_RATES_H_
#define FACET_PLUGINS_EVALUATORS_MEASURABLE_RATES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace facet {

struct RateWords {
  std::string rate;       // "FAR"
  std::string impostors;  // "impostor pairs"
  std::string option;     // that lists the rates: "far"
};

// For false accept rates of pairs, whose option is `far`.
RateWords FarOfPairs();

bool CanShow(double rate, int64_t num_impostors);

struct MeasurableRates {
  std::vector<double> rates;         // in the order asked for
  std::vector<std::string> notices;  // a sentence for each that is left out
};
// InvalidArgument: none of the rates can be shown, and they are not `defaults`, which nobody asked
// for and which may all be left out.
absl::StatusOr<MeasurableRates> KeepMeasurable(const std::vector<double>& asked,
                                               const std::vector<double>& defaults,
                                               int64_t num_impostors, const RateWords& words);

// A figure over all folds has its standard error from the folds' own figures: -1 (unknown) if the
// smallest fold cannot show the rate, with a notice, else `error`.
double ErrorOfFolds(double error, double rate, int64_t fewest_impostors, const RateWords& words,
                    std::vector<std::string>* notices);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_MEASURABLE_RATES_H_
