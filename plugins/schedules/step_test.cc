#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/schedules/schedule_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// torch 2.15.0: MultiStepLR(milestones=[20, 70], gamma=0.1), SGD with lr=0.01; ten steps an epoch.
TEST(Step, IsPyTorchs) {
  const auto schedule = MakeComponent<Schedule>(R"({"milestones": [2, 7]})").value();
  ExpectRates(
      *schedule, HundredSteps(),
      {{0, 0.01}, {19, 0.01}, {20, 0.001}, {69, 0.001}, {70, 0.0001}, {99, 0.0001}, {100, 0.0001}});
}

TEST(Step, ChangesAtMilestonesOfEpochsOrShares) {
  const auto schedule =
      MakeComponent<Schedule>(R"({"rates": [3, 2, 1], "milestones": [2, 0.7]})").value();
  for (const int64_t steps : {1, 7, 1000}) {
    EXPECT_THAT(RatesOfEpochs(*schedule, 10, steps), ElementsAre(3, 3, 2, 2, 2, 2, 2, 1, 1, 1));
  }
  // To the step, whatever validation says, and wherever the warm-up ends.
  const ScheduleSpan span = {10, 7, 3.5, true};
  EXPECT_EQ(schedule->Rate(span, 2 * 7 - 1, {0.5}), 3);
  EXPECT_EQ(schedule->Rate(span, 2 * 7, {0.5, 0.5}), 2);
  EXPECT_EQ(schedule->Rate(span, 5 * 7, std::vector<double>(5, 0.5)), 2);
  EXPECT_FALSE(schedule->Ends(span, std::vector<double>(10, 0.5)));
}

TEST(Step, SharesTheEpochsWithoutMilestones) {
  const auto schedule = MakeComponent<Schedule>(R"({"rates": [3, 2, 1]})").value();
  EXPECT_THAT(RatesOfEpochs(*schedule, 6, 3), ElementsAre(3, 3, 2, 2, 1, 1));
  // A third of 10 steps: the fourth step of the first rate is its last.
  EXPECT_THAT(RatesOfEpochs(*schedule, 10, 1), ElementsAre(3, 3, 3, 3, 2, 2, 2, 1, 1, 1));
}

TEST(Step, MilestonesFitTheRatesAndThePhase) {
  const auto problem = [](const std::string& milestones) {
    const auto schedule = MakeComponent<Schedule>("{\"milestones\": " + milestones + "}").value();
    return std::string(schedule->Check({20, 7, 0.0, true}).message());
  };
  EXPECT_EQ(problem("[8, 16]"), "");
  EXPECT_EQ(problem("[0.5, 15.5]"), "");
  EXPECT_EQ(problem("[]"), "");
  EXPECT_THAT(problem("[8]"), HasSubstr("milestones of schedule step has 1 values, rates has 3: "
                                        "each rate after the first"));
  EXPECT_THAT(problem("[8, 8]"), HasSubstr("8 is epoch 8; they must ascend"));
  EXPECT_THAT(problem("[8, 0.3]"), HasSubstr("0.3 is epoch 6; they must ascend"));
  EXPECT_THAT(problem("[8, 20]"), HasSubstr("lie below epochs = 20"));
}

TEST(Step, NeedsARate) {
  EXPECT_THAT(std::string(MakeComponent<Schedule>(R"({"rates": []})").status().message()),
              HasSubstr("rates is empty; give at least one"));
}

}  // namespace
}  // namespace facet
