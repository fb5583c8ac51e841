#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/schedules/schedule_testing.h"

namespace facet {
namespace {

// torch 2.15.0: CosineAnnealingLR(T_max=100), SGD with lr=0.01.
TEST(Cosine, IsPyTorchs) {
  const auto schedule = MakeComponent<Schedule>().value();
  ExpectRates(*schedule, HundredSteps(),
              {{0, 0.01},
               {1, 0.009997532801828659},
               {25, 0.008535533905932738},
               {50, 0.005},
               {75, 0.0014644660940672635},
               {98, 9.866357858642211e-06},
               {99, 2.4671981713420015e-06}});
}

// The same with lr=0.5, eta_min=0.1.
TEST(Cosine, IsPyTorchsWithAFinalRate) {
  const auto schedule = MakeComponent<Schedule>(R"({"rate": 0.5, "final_rate": 0.1})").value();
  ExpectRates(*schedule, HundredSteps(),
              {{0, 0.5},
               {1, 0.49990131207314636},
               {25, 0.44142135623731027},
               {50, 0.3},
               {75, 0.15857864376269074},
               {99, 0.10009868792685368}});
}

// torch 2.15.0: SequentialLR of ConstantLR(factor=1), 10 steps, and CosineAnnealingLR(T_max=90,
// eta_min=0.001), SGD with lr=0.01.
TEST(Cosine, BeginsAfterTheWarmUp) {
  const auto schedule = MakeComponent<Schedule>(R"({"final_rate": 0.001})").value();
  ScheduleSpan span = HundredSteps();
  span.warmup_epochs = 1;
  ExpectRates(*schedule, span,
              {{0, 0.01},
               {9, 0.01},
               {10, 0.01},
               {11, 0.009997258721585932},
               {40, 0.00775},
               {55, 0.0055},
               {99, 0.001002741278414069}});
}

TEST(Cosine, IsTheFormulaAfterHalfAnEpochOfWarmUp) {
  const auto schedule = MakeComponent<Schedule>(R"({"rate": 0.5, "final_rate": 0.1})").value();
  for (int64_t step = 0; step <= 40; ++step) {
    const double share = step < 5 ? 0 : static_cast<double>(step - 5) / 35;
    EXPECT_NEAR(schedule->Rate({4, 10, 0.5, true}, step, {}),
                0.1 + 0.4 * 0.5 * (1 + std::cos(std::acos(-1.0) * share)), 1e-12)
        << step;
  }
}

TEST(Cosine, DoesNotRise) {
  EXPECT_THAT(
      std::string(MakeComponent<Schedule>(R"({"final_rate": 0.02})").status().message()),
      testing::HasSubstr("final_rate = 0.02 is above rate = 0.01 that it falls from; lower"));
  EXPECT_TRUE(MakeComponent<Schedule>(R"({"final_rate": 0.01})").ok());
}

}  // namespace
}  // namespace facet
