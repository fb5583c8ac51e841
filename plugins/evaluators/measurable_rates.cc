#include "plugins/evaluators/measurable_rates.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace facet {
namespace {

// To two digits, and never below what it stands for: what is advised must be taken.
std::string RoundedUp(double rate) {
  const std::string nearest = absl::StrFormat("%.2g", rate);
  const double printed = std::strtod(nearest.c_str(), nullptr);
  if (printed >= rate) return nearest;
  return absl::StrFormat("%.2g", printed + std::pow(10.0, std::floor(std::log10(rate)) - 1));
}

// The fewest that can show it; 1 / rate itself may be off by a rounding error.
int64_t FewestFor(double rate) {
  auto fewest = static_cast<int64_t>(std::ceil(1.0 / rate));
  if (CanShow(rate, fewest - 1)) --fewest;
  return fewest;
}

}  // namespace

RateWords FarOfPairs() { return {"FAR", "impostor pairs", "far"}; }

// As an accept rate itself is computed, so that 0.01 and one impostor of 100 are equal.
bool CanShow(double rate, int64_t num_impostors) {
  return rate == 0.0 || (num_impostors > 0 && rate >= 1.0 / static_cast<double>(num_impostors));
}

absl::StatusOr<MeasurableRates> KeepMeasurable(const std::vector<double>& asked,
                                               const std::vector<double>& defaults,
                                               int64_t num_impostors, const RateWords& words) {
  MeasurableRates kept;
  for (const double rate : asked) {
    if (CanShow(rate, num_impostors)) {
      kept.rates.push_back(rate);
    } else {
      kept.notices.push_back(absl::StrFormat("%s %g needs at least %d %s, there are %d: left out",
                                             words.rate, rate, FewestFor(rate), words.impostors,
                                             num_impostors));
    }
  }
  if (!kept.rates.empty() || asked.empty() || asked == defaults) return kept;
  const std::string smallest =
      num_impostors > 0
          ? absl::StrFormat("give %s of %s (1 / %d) or more", words.option,
                            RoundedUp(1.0 / static_cast<double>(num_impostors)), num_impostors)
          : absl::StrCat("give ", words.option, " = []");
  return absl::InvalidArgumentError(
      absl::StrFormat("%d %s cannot show %s %g or less; %s, or take a test set with more %s",
                      num_impostors, words.impostors, words.rate,
                      *std::max_element(asked.begin(), asked.end()), smallest, words.impostors));
}

double ErrorOfFolds(double error, double rate, int64_t fewest_impostors, const RateWords& words,
                    std::vector<std::string>* notices) {
  if (CanShow(rate, fewest_impostors)) return error;
  notices->push_back(absl::StrFormat(
      "%s %g: all folds together show it, but one has %d %s, so the error over folds is not known",
      words.rate, rate, fewest_impostors, words.impostors));
  return -1.0;
}

}  // namespace facet
