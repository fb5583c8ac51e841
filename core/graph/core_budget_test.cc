#include "core/graph/core_budget.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace facet {
namespace {

using std::chrono::milliseconds;

StageSpec Stage(int64_t threads_in_key) {
  StageSpec stage;
  stage.worker_threads = 2;
  stage.threads = threads_in_key;
  return stage;
}

TEST(CoresOf, AStageOfANetworkHasACoreForEachThread) {
  EXPECT_EQ(CoresOf(Stage(2), 4), 2);
  EXPECT_EQ(CoresOf(Stage(1), 4), 1);
  EXPECT_EQ(CoresOf(Stage(16), 4), 4);
}

TEST(CoresOf, OthersHaveOne) { EXPECT_EQ(CoresOf(Stage(0), 4), 1); }

TEST(CoresOf, ADeviceComputesInsteadOfTheThreads) {
  StageSpec stage = Stage(2);
  stage.device = "cuda";
  EXPECT_EQ(CoresOf(stage, 4), 1);
  stage.device = "cpu";
  EXPECT_EQ(CoresOf(stage, 4), 2);
}

TEST(CoresOf, WhoWaitsForPeopleOrServersNeedsNone) {
  StageSpec stage = Stage(0);
  stage.waits_for_others = true;
  EXPECT_EQ(CoresOf(stage, 4), 0);
}

// As under taskset, or in a container.
TEST(CoreBudget, HasTheCoresThatThisProcessMayUse) {
  cpu_set_t before, one;
  CPU_ZERO(&before);
  ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
  EXPECT_EQ(CoreBudget(0).num_cores(), CPU_COUNT(&before));
  CPU_ZERO(&one);
  for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++core) {
    if (CPU_ISSET(core, &before)) CPU_SET(core, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(CoreBudget(0).num_cores(), 1);
  EXPECT_EQ(::sched_setaffinity(0, sizeof(before), &before), 0);
}

TEST(CoreBudget, WhoComesFirstIsServedFirst) {
  CoreBudget budget(2);
  std::optional<CoreBudget::Share> first = budget.Take(1, nullptr);
  std::atomic<bool> large{false}, small{false};
  std::thread wants_two([&] {
    const auto share = budget.Take(2, nullptr);
    large = true;
    std::this_thread::sleep_for(milliseconds(50));
    EXPECT_FALSE(small);
  });
  std::this_thread::sleep_for(milliseconds(50));
  std::thread wants_one([&] {
    const auto share = budget.Take(1, nullptr);
    EXPECT_TRUE(large);
    small = true;
  });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(large);
  EXPECT_FALSE(small) << "passed the one that waits";
  first->GiveBack();
  wants_two.join();
  wants_one.join();
  EXPECT_TRUE(budget.Take(2, nullptr).has_value()) << "a core was lost";
}

TEST(CoreBudget, OneThatStopsLeavesItsPlace) {
  CoreBudget budget(2);
  const std::optional<CoreBudget::Share> first = budget.Take(1, nullptr);
  std::atomic<bool> stop{false};
  std::thread stopped([&] { EXPECT_FALSE(budget.Take(2, [&] { return stop.load(); })); });
  std::this_thread::sleep_for(milliseconds(20));
  stop = true;
  stopped.join();
  EXPECT_TRUE(budget.Take(1, nullptr).has_value());
}

TEST(CoreBudget, WhoNeedsNoneNeverWaits) {
  CoreBudget budget(1);
  const std::optional<CoreBudget::Share> all = budget.Take(1, nullptr);
  EXPECT_TRUE(budget.Take(0, nullptr).has_value());
}

}  // namespace
}  // namespace facet
