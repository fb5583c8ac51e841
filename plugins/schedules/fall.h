// What schedules have in common whose rate falls along a curve, from the end of the warm-up to that
// of the phase.
#ifndef FACET_PLUGINS_SCHEDULES_FALL_H_
#define FACET_PLUGINS_SCHEDULES_FALL_H_

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/api/options.h"
#include "core/api/schedule.h"

namespace facet {

// A schedule's Options derive from it, and visit it first.
struct FallOptions {
  double rate = 1e-2;
  double final_rate = 0.0;

  void VisitFall(OptionVisitor& v) {
    v("rate", rate, Above(0), "learning rate that it falls from");
    v("final_rate", final_rate, AtLeast(0), "reached at the end of the last epoch");
  }
};

inline absl::Status CheckFall(const FallOptions& options) {
  if (options.final_rate <= options.rate) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("final_rate = ", options.final_rate, " is above rate = ", options.rate,
                   " that it falls from; lower final_rate, or raise rate"));
}

// How much of the way `step` has behind it, 0 .. 1.
inline double ShareOfFall(const ScheduleSpan& span, int64_t step) {
  const double begin = span.warmup_steps();
  return std::clamp((static_cast<double>(step) - begin) / (span.steps() - begin), 0.0, 1.0);
}

}  // namespace facet

#endif  // FACET_PLUGINS_SCHEDULES_FALL_H_
