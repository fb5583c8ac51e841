// The next of a list of rates whenever validation stops improving, Parkhi et al. 2015, section 4.3:
// 1e-2, then a tenth each time, three rates in all.
//
// A plateau is `patience` epochs in a row whose score did not exceed the best so far. The best is
// kept over a change of rate; an epoch of the warm-up is no part of a plateau. The phase ends after
// the plateau of the last rate. Without validation rate i of R, counted from 0, lasts from epoch
// i * epochs / R on.
// In:  scores of the finished epochs, better when higher; a step of an earlier epoch has its rate.
// Out: learning rate.
// Errors: InvalidArgument if rates is empty.
// Beside it, keys of the host: train.epochs, train.warmup_epochs.
// Example:  train.schedule = { use = "plateau", rates = [1e-2, 1e-3], patience = 2 }
#include <algorithm>
#include <memory>

#include "core/api/schedule.h"
#include "plugins/schedules/rate_list.h"

namespace facet {
namespace {

struct Options {
  std::vector<double> rates = {1e-2, 1e-3, 1e-4};
  int64_t patience = 1;

  void Visit(OptionVisitor& v) {
    v("rates", rates, Above(0),
      "learning rates in order; ends after the last one's plateau; paper");
    v("patience", patience, AtLeast(1),
      "epochs without a better validation accuracy (or loss) before the next rate");
  }
};

class Plateau final : public Schedule {
 public:
  static absl::StatusOr<std::unique_ptr<Plateau>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckRates(options.rates));
    return std::make_unique<Plateau>(options);
  }

  explicit Plateau(const Options& options) : options_(options) {}

  double Rate(const ScheduleSpan& span, int64_t step,
              const std::vector<double>& scores) const override {
    const int64_t epoch = step / span.steps_per_epoch;
    const int64_t index =
        span.validates ? NumPlateaus(span, scores, epoch) : epoch * num_rates() / span.epochs;
    return options_.rates[static_cast<size_t>(std::min(index, num_rates() - 1))];
  }

  bool Ends(const ScheduleSpan& span, const std::vector<double>& scores) const override {
    return span.validates && NumPlateaus(span, scores, span.epochs) >= num_rates();
  }

 private:
  int64_t num_rates() const { return static_cast<int64_t>(options_.rates.size()); }

  // In the first `epochs` epochs.
  int64_t NumPlateaus(const ScheduleSpan& span, const std::vector<double>& scores,
                      int64_t epochs) const {
    int64_t count = 0, since_best = 0;
    double best = 0;
    for (int64_t i = 0; i < std::min(epochs, static_cast<int64_t>(scores.size())); ++i) {
      const double score = scores[static_cast<size_t>(i)];
      if (i == 0 || score > best) {
        best = score;
        since_best = 0;
      } else if (static_cast<double>(i + 1) > span.warmup_epochs &&
                 ++since_best >= options_.patience) {
        since_best = 0;
        ++count;
      }
    }
    return count;
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Schedule, facet::Plateau, facet::Options, "plateau",
             "the next of a list of rates whenever validation stops improving",
             "Parkhi et al. 2015, section 4.3")
