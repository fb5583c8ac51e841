// Standard errors from resampling: the bootstrap over people, images or samples, and the spread of
// what its draws or the folds of a protocol give.
#ifndef FACET_PLUGINS_EVALUATORS_RESAMPLING_H_
#define FACET_PLUGINS_EVALUATORS_RESAMPLING_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/parallel_work.h"
#include "core/base/random.h"

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

// The copies of every unit, draw after draw.
class Draws {
 public:
  explicit Draws(const Resampling& resampling);
  // num_units values.
  void Next(double* copies);

 private:
  // Random::Index(num_units) without dividing.
  uint64_t Index() {
    uint64_t bits = random_.Bits();
    while (bits >= limit_) bits = random_.Bits();
    const auto quotient =
        static_cast<uint64_t>(static_cast<unsigned __int128>(bits) * inverse_ >> 64);
    const uint64_t rest = bits - quotient * num_units_;  // the quotient may be one too small
    return rest >= num_units_ ? rest - num_units_ : rest;
  }

  Random random_;
  const uint64_t num_units_, limit_, inverse_;
};

// The error of Resample().
absl::Status TooFewUnits(const Resampling& resampling, int64_t tried, int64_t used,
                         const std::string& needs);

// Resample() on several threads, `together` draws at a time: work(copies) -> an optional Result for
// each of `copies`, which are num_units values each. What it gives for the draws that say something,
// in their order.
template <class Result, class Work>
absl::StatusOr<std::vector<Result>> ResampleTogether(const Resampling& resampling,
                                                     const std::string& needs, int threads,
                                                     int64_t together, const Work& work) {
  const int64_t most = together * std::max<int64_t>(2 * threads, 128 / together);
  const auto num_units = static_cast<size_t>(resampling.num_units);
  Draws draws(resampling);
  std::vector<double> copies(static_cast<size_t>(most) * num_units), next(copies.size());
  const auto draw = [&](int64_t count, std::vector<double>* to) {
    for (int64_t i = 0; i < count; ++i) draws.Next(&(*to)[static_cast<size_t>(i) * num_units]);
  };
  std::vector<Result> results;
  const auto used = [&results] { return static_cast<int64_t>(results.size()); };
  int64_t ahead = 0;  // draws that were made beside the work on those before
  for (int64_t tried = 0; used() < resampling.num_draws;) {
    const int64_t count = std::min(most, 10 * resampling.num_draws - tried);
    if (count == 0) return TooFewUnits(resampling, tried, used(), needs);
    if (ahead == 0) draw(count, &copies);
    const int64_t left = 10 * resampling.num_draws - tried - count;
    ahead = used() + count < resampling.num_draws ? std::min(most, left) : 0;
    auto made = ParallelMap<std::vector<std::optional<Result>>>(
        1 + (count + together - 1) / together, threads, [&](int64_t task, int) {
          if (task == 0) {
            draw(ahead, &next);
            return std::vector<std::optional<Result>>();
          }
          const int64_t group = task - 1;
          std::vector<const double*> own;
          for (int64_t i = group * together; i < std::min(count, (group + 1) * together); ++i) {
            own.push_back(&copies[static_cast<size_t>(i) * num_units]);
          }
          return work(own);
        });
    std::swap(copies, next);
    for (std::vector<std::optional<Result>>& group : made) {
      for (std::optional<Result>& result : group) {
        if (result && used() < resampling.num_draws) results.push_back(*std::move(result));
      }
    }
    tried += count;
  }
  return results;
}

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
