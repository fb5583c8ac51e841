#include "core/app/progress_rate.h"

#include "gtest/gtest.h"

namespace facet {
namespace {

StageProgress Event(int64_t done, int64_t total, const std::string& unit) {
  StageProgress event;
  event.done = done;
  event.total = total;
  event.unit = unit;
  return event;
}

TEST(ProgressRateTest, APartThatBeginsLateHasAPaceOfItsOwn) {
  ProgressRate rate;
  EXPECT_EQ(rate.SecondsLeft(0), -1);
  for (int i = 0; i <= 600; ++i) rate.Add(i, Event(10 * i, 6000, "examples"));
  EXPECT_EQ(rate.part(), 1);
  EXPECT_EQ(rate.SecondsLeft(600), -1);  // nothing is left of it
  // Two trainings of ten seconds each, of 20. By the time since the stage began it would be
  // 18 * 620 / 2 = 5580 seconds.
  rate.Add(600, Event(0, 20, "trainings"));
  rate.Add(610, Event(1, 20, "trainings"));
  rate.Add(620, Event(2, 20, "trainings"));
  EXPECT_EQ(rate.part(), 2);
  EXPECT_DOUBLE_EQ(rate.per_second(), 0.1);
  EXPECT_DOUBLE_EQ(rate.SecondsLeft(620), 180);
  EXPECT_DOUBLE_EQ(rate.SecondsLeft(625), 175);  // without an event
  // The same count of the same thing again is another part.
  rate.Add(800, Event(20, 20, "trainings"));
  rate.Add(801, Event(1, 20, "trainings"));
  EXPECT_EQ(rate.part(), 3);
  EXPECT_EQ(rate.SecondsLeft(801), -1);
}

TEST(ProgressRateTest, WhatACheckpointHadDoneIsNotOfThisRun) {
  ProgressRate rate;
  rate.Add(5, Event(9000, 10000, "images"));
  rate.Add(15, Event(9100, 10000, "images"));
  EXPECT_DOUBLE_EQ(rate.per_second(), 10);
  EXPECT_DOUBLE_EQ(rate.SecondsLeft(15), 90);
}

TEST(ProgressRateTest, TheLastMinuteCounts) {
  ProgressRate rate;  // ten images a second with frozen layers, then one
  for (int i = 0; i <= 100; ++i) rate.Add(i, Event(10 * i, 2000, "images"));
  for (int i = 1; i <= 100; ++i) rate.Add(100 + i, Event(1000 + i, 2000, "images"));
  EXPECT_DOUBLE_EQ(rate.per_second(), 1);
  EXPECT_DOUBLE_EQ(rate.SecondsLeft(200), 900);
}

TEST(ProgressRateTest, RareEventsHaveAPaceToo) {
  ProgressRate rate;
  rate.Add(0, Event(0, 10, "epochs"));
  rate.Add(300, Event(1, 10, "epochs"));
  rate.Add(600, Event(2, 10, "epochs"));
  EXPECT_DOUBLE_EQ(rate.SecondsLeft(600), 2400);
}

}  // namespace
}  // namespace facet
