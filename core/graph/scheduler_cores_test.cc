// How the scheduler shares the cores out.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace facet
