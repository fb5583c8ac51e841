// Schedules: a step of a phase of training -> the learning rate.
//
// A schedule keeps nothing: its rates are a function of the step and, where it waits for a plateau,
// of the validation scores so far, so training goes on anywhere. The warm-up is the host's (Goyal et
// al., arXiv:1706.02677, section 2.2: step k of W, counted from 1, has k / W of the rate that the
// schedule gives); a schedule that runs along a curve begins it after the warm-up.
#ifndef FACET_CORE_API_SCHEDULE_H_
#define FACET_CORE_API_SCHEDULE_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/api/component.h"

namespace facet {

// The phase that a schedule is asked about.
struct ScheduleSpan {
  int64_t epochs = 1, steps_per_epoch = 1;  // at least 1
  double warmup_epochs = 0.0;               // below `epochs`
  bool validates = true;                    // false: there are no scores

  double steps() const {
    return static_cast<double>(epochs) * static_cast<double>(steps_per_epoch);
  }
  double warmup_steps() const { return warmup_epochs * static_cast<double>(steps_per_epoch); }
};

class Schedule : public Component {
 public:
  static constexpr char kKind[] = "schedule";
  ~Schedule() override;

  // InvalidArgument: its options do not fit such a phase. The host asks before the first step.
  virtual absl::Status Check(const ScheduleSpan& span) const;
  // Of `step`, counted from 0 at the beginning of the phase, below span.steps(). scores: one for each
  // epoch of the phase that is finished, better when higher; empty where nothing is validated. Those
  // of the step's own epoch and later ones must not matter. At least 0.
  virtual double Rate(const ScheduleSpan& span, int64_t step,
                      const std::vector<double>& scores) const = 0;
  // True: the phase ends here, before its epochs are over.
  virtual bool Ends(const ScheduleSpan& span, const std::vector<double>& scores) const;
};

}  // namespace facet

#endif  // FACET_CORE_API_SCHEDULE_H_
