// How the scheduler shares the cores out.
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "core/graph/scheduler_test_base.h"

namespace facet {
namespace {

// core_budget.h says why.
TEST_F(SchedulerTest, NetworksWithoutACoreForEachThreadRunOneAfterTheOther) {
  for (const char* text : {"one", "two"}) {
    graph_.stages[Add("train", {{"text", text}, {"sleep_ms", 50}})].threads = 2;
  }
  options_.jobs = 2;
  options_.num_cores = 3;
  for (const StageOutcome& outcome : Run()) EXPECT_EQ(outcome.state, StageState::kDone);
  EXPECT_EQ(runner_.most_at_once, 1);
}

TEST_F(SchedulerTest, NetworksOfOneThreadRunTogether) {
  for (const char* text : {"one", "two"}) {
    graph_.stages[Add("train", {{"text", text}, {"sleep_ms", 500}})].threads = 1;
  }
  options_.jobs = 2;
  options_.num_cores = 2;
  Run();
  EXPECT_EQ(runner_.most_at_once, 2);
}

// People take their time; nobody waits for them who needs nothing of theirs.
TEST_F(SchedulerTest, AStageThatAsksPeopleLeavesItsCores) {
  Add("annotate", {{"ask_ms", 500}});
  graph_.stages[Add("train", {{"sleep_ms", 100}})].threads = 2;
  options_.jobs = 2;
  options_.num_cores = 2;
  for (const StageOutcome& outcome : Run()) EXPECT_EQ(outcome.state, StageState::kDone);
  EXPECT_EQ(runner_.most_at_once, 2);
}

// The cores come free by the failure: nothing may start with them.
TEST_F(SchedulerTest, AfterAFailureThoseThatWaitForCoresDoNotStart) {
  for (const char* text : {"one", "two", "three"}) {
    graph_.stages[Add("train", {{"text", text}, {"fail_after_ms", 300}})].threads = 2;
  }
  options_.jobs = 3;
  options_.num_cores = 2;
  options_.fail_fast = true;
  const std::vector<StageOutcome> outcomes = Run();
  int failed = 0, blocked = 0;
  for (const StageOutcome& outcome : outcomes) {
    failed += outcome.state == StageState::kFailed ? 1 : 0;
    blocked += outcome.state == StageState::kBlocked ? 1 : 0;
  }
  EXPECT_EQ(runner_.num_runs, 1);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(blocked, 2);
}

// Another host may compute what waits for cores here.
TEST_F(SchedulerTest, AStageThatWaitsForCoresHoldsNoLock) {
  for (const char* text : {"one", "two"}) {
    graph_.stages[Add("train", {{"text", text}, {"sleep_ms", 600}})].threads = 2;
  }
  options_.jobs = 2;
  options_.num_cores = 2;
  int num_locked = 0;
  std::thread other_host([&] {
    while (runner_.num_running == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    for (const PlannedStage& stage : Plan()) {
      if (*store_->TryLock(stage.key, nullptr) == nullptr) ++num_locked;
    }
  });
  for (const StageOutcome& outcome : Run()) EXPECT_EQ(outcome.state, StageState::kDone);
  other_host.join();
  EXPECT_EQ(num_locked, 1);
}

TEST_F(SchedulerTest, TheWaitForCoresIsNoTimeOfTheStage) {
  for (const char* text : {"one", "two", "three"}) {
    graph_.stages[Add("train", {{"text", text}, {"sleep_ms", 400}})].threads = 2;
  }
  options_.jobs = 3;
  options_.num_cores = 2;
  double all = 0.0;
  const auto start = std::chrono::steady_clock::now();
  for (const StageOutcome& outcome : Run()) all += outcome.seconds;
  // One after the other: together no longer than the run. With the waits it was twice as long.
  EXPECT_LE(all, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  EXPECT_GE(all, 1.2);
}

}  // namespace
}  // namespace facet
