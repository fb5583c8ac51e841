#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/schedules/schedule_testing.h"

namespace facet {
namespace {

// torch 2.15.0: PolynomialLR(total_iters=100, power=1), SGD with lr=0.01.
TEST(Polynomial, IsPyTorchsLineByDefault) {
  const auto schedule = MakeComponent<Schedule>().value();
  ExpectRates(*schedule, HundredSteps(),
              {{0, 0.01}, {1, 0.0099}, {25, 0.0075}, {50, 0.005}, {98, 0.0002}, {99, 0.0001}});
}

// The same with power=0.9.
TEST(Polynomial, IsPyTorchsWithDeepLabsPower) {
  const auto schedule = MakeComponent<Schedule>(R"({"power": 0.9})").value();
  ExpectRates(*schedule, HundredSteps(),
              {{0, 0.01},
               {1, 0.009909954834128341},
               {25, 0.007718895067235704},
               {50, 0.005358867312681464},
               {75, 0.0028717458874925874},
               {98, 0.00029575152732566303},
               {99, 0.0001584893192461115}});
}

// PyTorch's has no final rate: the formula for a square, 10 steps of warm-up and 90 of fall.
TEST(Polynomial, EndsAtTheFinalRate) {
  const auto schedule =
      MakeComponent<Schedule>(R"({"rate": 1, "final_rate": 0.2, "power": 2})").value();
  ScheduleSpan span = HundredSteps();
  span.warmup_epochs = 1;
  for (int64_t step = 0; step <= 100; ++step) {
    const double left = step < 10 ? 1 : static_cast<double>(100 - step) / 90;
    EXPECT_NEAR(schedule->Rate(span, step, {}), 0.2 + 0.8 * left * left, 1e-12) << step;
  }
}

TEST(Polynomial, DoesNotRise) {
  EXPECT_THAT(std::string(MakeComponent<Schedule>(R"({"final_rate": 0.02})").status().message()),
              testing::HasSubstr("final_rate = 0.02 is above rate = 0.01"));
  EXPECT_FALSE(MakeComponent<Schedule>(R"({"power": 0})").ok());
}

}  // namespace
}  // namespace facet
