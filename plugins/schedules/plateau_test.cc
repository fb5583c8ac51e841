#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/plugin_testing.h"
#include "plugins/schedules/schedule_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

constexpr int64_t kNever = -1;

// Rises by 1 an epoch up to 30, then stands still but for epochs 33 and 50 (equal scores), and 62.
std::vector<double> Scores() {
  std::vector<double> scores;
  for (int epoch = 0; epoch < 100; ++epoch) {
    scores.push_back(std::min(epoch, 30) + (epoch == 33 || epoch == 50 ? 3 : 0) +
                     (epoch == 62 ? 5 : 0));
  }
  return scores;
}

// The epochs in which the second rate and the third begin, and after which the phase ends.
std::vector<int64_t> Changes(const Schedule& schedule) {
  const ScheduleSpan span = {100, 1, 0.0, true};
  const std::vector<double> all = Scores();
  std::vector<int64_t> changes = {kNever, kNever, kNever};
  for (int64_t epoch = 0; epoch < 100; ++epoch) {
    const std::vector<double> scores(all.begin(), all.begin() + epoch);
    if (schedule.Ends(span, scores)) {
      changes[2] = epoch;
      return changes;
    }
    const double rate = schedule.Rate(span, epoch, scores);
    if (rate < 2e-3 && changes[0] == kNever) changes[0] = epoch;
    if (rate < 2e-4 && changes[1] == kNever) changes[1] = epoch;
  }
  return changes;
}

// torch 2.15.0: ReduceLROnPlateau(mode="max", factor=0.1, patience=P-1, threshold=0,
// threshold_mode="abs", eps=0) over Scores(), SGD with lr=0.01. Its patience is the number of bad
// epochs that it bears, ours of those that make a plateau, one more. It goes on to 1e-5 where our
// list of rates ends.
TEST(Plateau, IsPyTorchs) {
  EXPECT_THAT(Changes(*MakeComponent<Schedule>().value()), ElementsAre(32, 33, 35));
  EXPECT_THAT(Changes(*MakeComponent<Schedule>(R"({"patience": 3})").value()),
              ElementsAre(37, 40, 43));
  EXPECT_THAT(Changes(*MakeComponent<Schedule>(R"({"patience": 10})").value()),
              ElementsAre(44, 54, 73));
}

TEST(Plateau, TakesTheNextRateAfterPatience) {
  const auto schedule = MakeComponent<Schedule>(R"({"rates": [1, 0.1], "patience": 2})").value();
  const ScheduleSpan span = {100, 1, 0.0, true};
  std::vector<double> scores;
  const auto epoch = [&](double score) {
    scores.push_back(score);
    return schedule->Rate(span, static_cast<int64_t>(scores.size()), scores);
  };
  EXPECT_EQ(epoch(0.1), 1.0);
  EXPECT_EQ(epoch(0.3), 1.0);
  EXPECT_EQ(epoch(0.3), 1.0);  // equal is not better: one epoch of patience
  EXPECT_EQ(epoch(0.2), 0.1);
  EXPECT_EQ(epoch(0.4), 0.1);
  EXPECT_EQ(epoch(0.4), 0.1);
  EXPECT_FALSE(schedule->Ends(span, scores));
  EXPECT_EQ(epoch(0.4), 0.1);
  EXPECT_TRUE(schedule->Ends(span, scores));
  EXPECT_EQ(epoch(0.9), 0.1);  // what comes after does not bring it back
  EXPECT_TRUE(schedule->Ends(span, scores));
}

TEST(Plateau, KeepsTheBestOverAChangeOfRate) {
  const auto schedule = MakeComponent<Schedule>(R"({"rates": [1, 0.1, 0.01]})").value();
  const ScheduleSpan span = {100, 1, 0.0, true};
  EXPECT_EQ(schedule->Rate(span, 4, {0.1, 0.5, 0.2, 0.4}), 0.01);
}

TEST(Plateau, AStepOfAnEarlierEpochHasItsRate) {
  const auto schedule = MakeComponent<Schedule>().value();
  const ScheduleSpan span = {10, 4, 0.0, true};
  const std::vector<double> scores = {0.5, 0.5, 0.5};
  EXPECT_EQ(schedule->Rate(span, 2 * 4 - 1, scores), 1e-2);
  EXPECT_EQ(schedule->Rate(span, 2 * 4, scores), 1e-3);
  EXPECT_EQ(schedule->Rate(span, 3 * 4, scores), 1e-4);
}

TEST(Plateau, SharesTheEpochsWithoutValidation) {
  const auto schedule = MakeComponent<Schedule>(R"({"rates": [3, 2, 1]})").value();
  // A change at ceil(7 / 3) = 3 and ceil(14 / 3) = 5 epochs.
  EXPECT_THAT(RatesOfEpochs(*schedule, 7, 5), ElementsAre(3, 3, 3, 2, 2, 1, 1));
  EXPECT_THAT(RatesOfEpochs(*schedule, 2, 5), ElementsAre(3, 2));
  EXPECT_FALSE(schedule->Ends({7, 5, 0.0, false}, {}));
}

TEST(Plateau, TheWarmUpIsNoPlateau) {
  const auto schedule = MakeComponent<Schedule>(R"({"rates": [1, 0.1]})").value();
  const ScheduleSpan span = {10, 4, 2.5, true};
  EXPECT_EQ(schedule->Rate(span, 2 * 4, {0.5, 0.5}), 1.0);
  EXPECT_EQ(schedule->Rate(span, 3 * 4, {0.5, 0.5, 0.5}), 0.1);
}

TEST(Plateau, NeedsARate) {
  EXPECT_THAT(std::string(MakeComponent<Schedule>(R"({"rates": []})").status().message()),
              testing::HasSubstr("rates is empty; give at least one"));
}

}  // namespace
}  // namespace facet
