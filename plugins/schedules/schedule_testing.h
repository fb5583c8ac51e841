// What tests of schedules share.
#ifndef FACET_PLUGINS_SCHEDULES_SCHEDULE_TESTING_H_
#define FACET_PLUGINS_SCHEDULES_SCHEDULE_TESTING_H_

#include <cstdint>
#include <map>
#include <vector>

#include "core/api/schedule.h"
#include "gtest/gtest.h"

namespace facet {

// 100 steps, as many as PyTorch's schedulers were asked for.
inline ScheduleSpan HundredSteps() { return {10, 10, 0.0, false}; }

// Their rates are products of the steps before: 1e-6 of the rate is far above their rounding.
inline void ExpectRates(const Schedule& schedule, const ScheduleSpan& span,
                        const std::map<int64_t, double>& rates) {
  for (const auto& [step, rate] : rates) {
    EXPECT_NEAR(schedule.Rate(span, step, {}), rate, 1e-6 * rate) << step;
  }
}

// Of each epoch's first step, without validation.
inline std::vector<double> RatesOfEpochs(const Schedule& schedule, int64_t epochs,
                                         int64_t steps_per_epoch) {
  std::vector<double> rates;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    rates.push_back(
        schedule.Rate({epochs, steps_per_epoch, 0.0, false}, epoch * steps_per_epoch, {}));
  }
  return rates;
}

}  // namespace facet

#endif  // FACET_PLUGINS_SCHEDULES_SCHEDULE_TESTING_H_
