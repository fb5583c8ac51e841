#include "core/graph/cpu_share.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace facet {
namespace {

CpuUse Use(double running, double waiting, double idle, double others) {
  CpuUse use;
  use.running = running;
  use.waiting = waiting;
  use.idle = idle;
  use.others = others;
  return use;
}

TEST(CoresFor, AnIdleMachineIsUsedWhole) {
  EXPECT_EQ(CoresFor(2, 2, 2, Use(1.9, 0.05, 0.1, 0.0)), 2);
  EXPECT_EQ(CoresFor(16, 16, 16, Use(15.5, 0.3, 0.5, 0.0)), 16);
}

TEST(CoresFor, OneThreadIsNeverMoved) { EXPECT_EQ(CoresFor(1, 2, 2, Use(0.4, 0.6, 0.0, 1.6)), 2); }

TEST(CoresFor, TwoThreadsBesideTwoOthersShareACore) {
  EXPECT_EQ(CoresFor(2, 2, 2, Use(0.9, 0.6, 0.0, 1.1)), 1);
}

TEST(CoresFor, WhatItsOwnThreadsWaitForEachOtherIsNobodysFault) {
  EXPECT_EQ(CoresFor(2, 2, 2, Use(2.0, 1.0, 0.0, 0.0)), 2);
}

TEST(CoresFor, AMomentOfWaitingIsNoReason) {
  EXPECT_EQ(CoresFor(2, 2, 2, Use(1.5, 0.2, 0.0, 0.5)), 2);
}

TEST(CoresFor, ThreadsAreDividedEvenly) {
  // 16 threads had the use of 10 cores: on 8 each core has two; on 10 some would wait for others.
  EXPECT_EQ(CoresFor(16, 16, 16, Use(10.0, 5.0, 0.0, 6.0)), 8);
  EXPECT_EQ(CoresFor(6, 8, 8, Use(2.4, 3.0, 0.0, 5.0)), 2);
}

TEST(CoresFor, ItComesBackOnceCoresLieIdle) {
  EXPECT_EQ(CoresFor(2, 2, 1, Use(1.0, 0.9, 0.2, 0.8)), 1);
  EXPECT_EQ(CoresFor(2, 2, 1, Use(1.0, 0.9, 0.9, 0.1)), 2);
  EXPECT_EQ(CoresFor(16, 16, 8, Use(8.0, 7.0, 2.0, 6.0)), 8);
  EXPECT_EQ(CoresFor(16, 16, 8, Use(8.0, 7.0, 7.5, 0.5)), 16);
}

void Spin() {
  static std::atomic<int> turns{0};
  while (true) ++turns;
}

TEST(CpuShare, AProcessBesideOthersGivesWay) {
  const long num_cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (num_cores < 2 || num_cores > 16) GTEST_SKIP() << "of 2 to 16 processors";
  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  if (CPU_COUNT(&allowed) < 2) GTEST_SKIP() << "of one processor";
  // Threads of this process are "others": the child's are its team.
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<std::thread> team;
    for (int i = 0; i < CPU_COUNT(&allowed); ++i) team.emplace_back(Spin);
    team.front().join();
  }
  std::atomic<bool> done{false};
  std::vector<std::thread> others;
  for (int i = 0; i < CPU_COUNT(&allowed); ++i) {
    others.emplace_back([&done] {
      while (!done) {
      }
    });
  }
  CpuShare share(child, CPU_COUNT(&allowed));
  int cores = CPU_COUNT(&allowed);
  for (int look = 0; look < 300 && cores == CPU_COUNT(&allowed); ++look) {
    share.Look();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cpu_set_t now;
    ASSERT_EQ(::sched_getaffinity(child, sizeof(now), &now), 0);
    cores = CPU_COUNT(&now);
  }
  done = true;
  for (std::thread& thread : others) thread.join();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_LT(cores, CPU_COUNT(&allowed));
}

TEST(CpuShare, AProcessThatHasEndedIsNoError) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  CpuShare share(child, 2);
  for (int look = 0; look < 15; ++look) {
    share.Look();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace facet
