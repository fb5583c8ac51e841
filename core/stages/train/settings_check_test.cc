// What the train stage's settings ask of each other.
#include "core/stages/train/settings_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

std::string Problem(const Json& settings) {
  return std::string(ReadTrainSettings(settings).status().message());
}

TEST(TrainSettings, WithoutPhasesThereIsOne) {
  const auto settings = ReadTrainSettings(
      {{"loop", {{"epochs", 7}, {"warmup_epochs", 0.5}}}, {"augmentation", {"crop", "flip"}}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_THAT(settings->augmentation, testing::ElementsAre("crop", "flip"));
  ASSERT_EQ(settings->phases.size(), 1u);
  EXPECT_EQ(settings->phases[0].name, "");
  EXPECT_EQ(settings->phases[0].epochs, 7);
  EXPECT_EQ(settings->phases[0].warmup_epochs, 0.5);
  EXPECT_EQ(settings->phases[0].schedule_role, "schedule");
  EXPECT_EQ(settings->phases[0].schedule_slot, "train.schedule");
  EXPECT_EQ(ReadTrainSettings(Json::object())->phases[0].epochs, 90);
}

TEST(TrainSettings, PhasesTakeWhatTheyDoNotSay) {
  const Json frozen = {{"tensors", {"conv*"}}, {"frozen", true}};
  const auto settings = ReadTrainSettings(
      {{"loop", {{"epochs", 7}, {"warmup_epochs", 0.5}}},
       {"groups", {{{"name", "bias"}, {"settings", {{"tensors", {"*.bias"}}, {"decay", false}}}}}},
       {"phases",
        {{{"name", "new"},
          {"settings", {{"epochs", 2}, {"warmup_epochs", 0.0}}},
          {"groups", {{{"name", "old"}, {"settings", frozen}}}},
          {"schedule", true}},
         {{"name", "all"}}}}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  ASSERT_EQ(settings->phases.size(), 2u);
  const NamedPhase &first = settings->phases[0], &second = settings->phases[1];
  EXPECT_EQ(first.epochs, 2);
  EXPECT_EQ(first.warmup_epochs, 0.0);
  EXPECT_EQ(first.schedule_role, "phases.new.schedule");
  EXPECT_EQ(first.schedule_slot, "train.phases.new.schedule");
  ASSERT_EQ(first.groups.size(), 2u);
  EXPECT_EQ(first.groups[0].slot, "train.groups.bias");
  EXPECT_FALSE(first.groups[0].settings.decay);
  EXPECT_EQ(first.groups[1].slot, "train.phases.new.groups.old");
  EXPECT_TRUE(first.groups[1].settings.frozen);
  EXPECT_EQ(second.epochs, 7);
  EXPECT_EQ(second.warmup_epochs, 0.5);
  EXPECT_EQ(second.schedule_role, "schedule");
  EXPECT_EQ(second.groups.size(), 1u);
}

TEST(TrainSettings, AWarmUpLeavesSomethingOfItsPhase) {
  EXPECT_THAT(Problem({{"loop", {{"epochs", 2}, {"warmup_epochs", 2}}}}),
              HasSubstr("train.warmup_epochs = 2 leaves nothing of epochs = 2"));
  EXPECT_THAT(Problem({{"loop", {{"warmup_epochs", 3}}},
                       {"phases", {{{"name", "short"}, {"settings", {{"epochs", 2}}}}}}}),
              HasSubstr("train.phases.short.warmup_epochs = 3 leaves nothing of epochs = 2"));
}

TEST(TrainSettings, AMemoryThatIsNoneHasNoStart) {
  EXPECT_THAT(Problem({{"memory", {{"start_step", 8}}}}),
              HasSubstr("train.memory.start_step is read with a size above 0 only"));
}

}  // namespace
}  // namespace facet
