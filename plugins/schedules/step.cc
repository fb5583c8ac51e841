// The next of a list of rates at each milestone, to the step: rate i from milestone i on, rate 0
// before the first.
//
// A milestone is a number of epochs, 15.5 too, or, below 1, a share of the phase's epochs. Without
// milestones each of R rates lasts epochs / R.
// Out: learning rate.
// Errors: InvalidArgument if rates is empty, if the milestones are not one for each rate after the
// first, do not ascend, or do not lie below the phase's epochs.
// Source: a common scheme, for example He et al., arXiv:1512.03385, section 4.2 (a tenth at two
// milestones).
// Beside it, keys of the host: train.epochs, train.warmup_epochs.
// Example:  train.schedule = { use = "step", rates = [0.1, 0.01, 0.001], milestones = [0.5, 0.75] }
#include <memory>

#include "absl/strings/str_cat.h"
#include "core/api/schedule.h"
#include "plugins/schedules/rate_list.h"

namespace facet {
namespace {

constexpr double kRounding = 1e-6;  // steps: a share times the steps is rarely a whole number

struct Options {
  std::vector<double> rates = {1e-2, 1e-3, 1e-4};
  std::vector<double> milestones;

  void Visit(OptionVisitor& v) {
    v("rates", rates, Above(0), "learning rates in order");
    v("milestones", milestones, Above(0),
      "where each rate after the first begins [epochs; below 1: share of epochs]; empty: equal "
      "shares");
  }
};

class Step final : public Schedule {
 public:
  static absl::StatusOr<std::unique_ptr<Step>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckRates(options.rates));
    return std::make_unique<Step>(options);
  }

  explicit Step(const Options& options) : options_(options) {}

  absl::Status Check(const ScheduleSpan& span) const override {
    const std::vector<double>& milestones = options_.milestones;
    if (milestones.empty()) return absl::OkStatus();
    if (milestones.size() + 1 != options_.rates.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "milestones of schedule step has ", milestones.size(), " values, rates has ",
          options_.rates.size(),
          ": each rate after the first needs one milestone; or take all out for equal shares"));
    }
    double last = 0;
    for (const double milestone : milestones) {
      const double epoch = Epoch(span, milestone);
      if (epoch > last && epoch < static_cast<double>(span.epochs)) {
        last = epoch;
        continue;
      }
      return absl::InvalidArgumentError(
          absl::StrCat("milestones of schedule step: ", milestone, " is epoch ", epoch,
                       "; they must ascend and lie below epochs = ", span.epochs));
    }
    return absl::OkStatus();
  }

  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    size_t index = 0;
    while (index + 1 < options_.rates.size() &&
           static_cast<double>(step) >= Begin(span, index + 1) - kRounding) {
      ++index;
    }
    return options_.rates[index];
  }

 private:
  static double Epoch(const ScheduleSpan& span, double milestone) {
    return milestone < 1 ? milestone * static_cast<double>(span.epochs) : milestone;
  }

  // Of the rate `index` [steps].
  double Begin(const ScheduleSpan& span, size_t index) const {
    if (options_.milestones.empty()) {
      return static_cast<double>(index) * span.steps() / static_cast<double>(options_.rates.size());
    }
    return Epoch(span, options_.milestones[index - 1]) * static_cast<double>(span.steps_per_epoch);
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Schedule, facet::Step, facet::Options, "step",
             "the next of a list of rates at each milestone",
             "for example He et al., arXiv:1512.03385, section 4.2")
