// Exponential fall: the same factor from each step to the next.
//   rate final_share^t,   t: the share of the steps after the warm-up that are done.
//
// Out: learning rate, anew at each step; `rate` during the warm-up, which the host multiplies.
// Errors: none beyond the ranges of the options.
// Source: none; TensorFlow's ExponentialDecay by another parameter.
// Example:  train.schedule = { use = "new_schedule", rate = 1e-2, final_share = 0.01 }
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/api/schedule.h"

namespace {

using facet::ScheduleSpan;

struct Options {
  double rate = 1e-2;
  double final_share = 0.01;

  void Visit(facet::OptionVisitor& v) {
    v("rate", rate, facet::Above(0), "learning rate after the warm-up");
    v("final_share", final_share, facet::AboveUpTo(0, 1),
      "share of it that is left at the end [1]");
  }
};

class NewSchedule final : public facet::Schedule {
 public:
  explicit NewSchedule(const Options& options) : options_(options) {}

  // A function of the step alone, so that a training goes on anywhere with the same rates.
  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    const double begin = span.warmup_steps();
    const double done = (static_cast<double>(step) - begin) / (span.steps() - begin);
    return options_.rate * std::pow(options_.final_share, std::clamp(done, 0.0, 1.0));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Schedule, NewSchedule, Options, "new_schedule",
             "falls by the same factor at each step", "none")
