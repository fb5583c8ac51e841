#include "core/graph/metronome.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <chrono>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include "absl/strings/numbers.h"

namespace facet {
namespace {

std::vector<int> AllowedCores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  EXPECT_EQ(::sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) cores.push_back(core);
  }
  return cores;
}

std::set<std::string> Threads() {
  std::set<std::string> threads;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    threads.insert(task.path().filename().string());
  }
  return threads;
}

// Of the threads that are not in `before`, those that one core alone may run.
int PinnedBeside(const std::set<std::string>& before) {
  int pinned = 0;
  for (const std::string& thread : Threads()) {
    pid_t id = 0;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (before.count(thread) > 0 || !absl::SimpleAtoi(thread, &id)) continue;
    if (::sched_getaffinity(id, sizeof(cores), &cores) == 0 && CPU_COUNT(&cores) == 1) ++pinned;
  }
  return pinned;
}

TEST(Metronome, BeatsOnEachCoreUntilItsEnd) {
  const std::vector<int> cores = AllowedCores();
  if (cores.size() < 2) GTEST_SKIP() << "one core: a thread on it cannot be told from another";
  const std::set<std::string> before = Threads();
  {
    const Metronome metronome({cores[0], cores[1]});
    for (int look = 0; look < 100 && PinnedBeside(before) < 2; ++look) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_EQ(PinnedBeside(before), 2);
  }
  EXPECT_EQ(Threads(), before);
}

TEST(Metronome, ACoreThatIsNotThereIsNoError) { const Metronome metronome({CPU_SETSIZE - 1}); }

}  // namespace
}  // namespace facet
