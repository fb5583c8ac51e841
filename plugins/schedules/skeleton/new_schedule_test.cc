// Against the recursion that the formula solves.
#include <gtest/gtest.h>

#include <cmath>

#include "core/api/schedule.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::MakeComponent;
using facet::Schedule;
using facet::ScheduleSpan;

TEST(NewSchedule, FallsByTheSameFactor) {
  const auto schedule = MakeComponent<Schedule>(R"({"rate": 0.5, "final_share": 0.25})").value();
  const ScheduleSpan span = {5, 10, 1.0, true};
  // 40 steps after the warm-up: the factor's 40th power is 0.25.
  const double factor = std::pow(0.25, 1.0 / 40);
  double rate = 0.5;
  for (int64_t step = 0; step < 50; ++step) {
    if (step > 10) rate *= factor;
    // Up to 40 products of double precision.
    EXPECT_NEAR(schedule->Rate(span, step, {}), rate, 1e-14) << step;
  }
}

TEST(NewSchedule, DoesNotEndBeforeItsEpochs) {
  const auto schedule = MakeComponent<Schedule>().value();
  EXPECT_FALSE(schedule->Ends({5, 10, 0.0, true}, {0.1, 0.1, 0.1}));
}

TEST(NewSchedule, RefusesWhatIsOutOfRange) {
  EXPECT_FALSE(MakeComponent<Schedule>(R"({"rate": 0})").ok());
  EXPECT_FALSE(MakeComponent<Schedule>(R"({"final_share": 2})").ok());
}

}  // namespace
