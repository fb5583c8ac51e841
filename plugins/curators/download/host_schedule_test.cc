#include "plugins/curators/download/host_schedule.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

namespace facet {
namespace {

const absl::Time kStart = absl::UnixEpoch();
absl::Time At(int64_t ms) { return kStart + absl::Milliseconds(ms); }

TEST(HostSchedule, OrderOfAHostLimitsAndDelay) {
  HostSchedule schedule({/*max_active=*/3, /*max_active_per_host=*/2, absl::Milliseconds(100)});
  for (int64_t i = 0; i < 4; ++i) schedule.Add("a", i);
  EXPECT_EQ(schedule.Start(At(0)), 0);
  EXPECT_EQ(schedule.Start(At(99)), std::nullopt);  // the delay
  EXPECT_EQ(schedule.NextStart(), At(100));
  EXPECT_EQ(schedule.Start(At(100)), 1);
  EXPECT_EQ(schedule.Start(At(500)), std::nullopt);  // two are active
  EXPECT_EQ(schedule.NextStart(), absl::InfiniteFuture());
  schedule.Add("b", 10);
  schedule.Add("c", 20);
  EXPECT_EQ(schedule.Start(At(500)), 10);
  EXPECT_EQ(schedule.Start(At(500)), std::nullopt);  // three in all
  schedule.Finish("b");
  EXPECT_EQ(schedule.Start(At(501)), 20);
  schedule.Finish("a");
  schedule.Finish("c");
  EXPECT_EQ(schedule.Start(At(502)), 2);
  EXPECT_FALSE(schedule.empty());
}

TEST(HostSchedule, LaterAndHeld) {
  HostSchedule schedule({/*max_active=*/9, /*max_active_per_host=*/9, absl::ZeroDuration()});
  schedule.AddAt(At(50), "a", 1);
  schedule.Add("a", 2);
  schedule.Add("a", 3);
  schedule.Hold("a", At(20));
  EXPECT_EQ(schedule.Start(At(19)), std::nullopt);
  EXPECT_EQ(schedule.NextStart(), At(20));
  EXPECT_EQ(schedule.Start(At(20)), 2);
  EXPECT_EQ(schedule.Start(At(60)), 1);  // before what waits
  EXPECT_EQ(schedule.Start(At(60)), 3);
  EXPECT_TRUE(schedule.empty());
  EXPECT_EQ(schedule.active(), 3);
}

// Random calls against a record of what the limits say.
TEST(HostSchedule, NeverBeyondTheLimits) {
  std::mt19937 random(7);
  const auto below = [&](int64_t n) { return static_cast<int64_t>(random() % n); };
  for (int round = 0; round < 20; ++round) {
    const HostSchedule::Limits limits = {1 + below(6), 1 + below(3), absl::Milliseconds(below(30))};
    HostSchedule schedule(limits);
    std::map<int64_t, std::string> host_of;
    std::map<std::string, absl::Time> last;
    std::map<std::string, int64_t> active, next;
    std::vector<std::string> running;
    int64_t started = 0, now = 0;
    for (int64_t i = 0; i < 200; ++i) {
      host_of[i] = std::string(1, static_cast<char>('a' + below(5)));
      schedule.Add(host_of[i], i);
    }
    while (!schedule.empty() || !running.empty()) {
      ASSERT_LT(now += 1 + below(5), 1000000) << "nothing starts any more";
      while (const auto transfer = schedule.Start(At(now))) {
        const std::string& host = host_of[*transfer];
        ++started;
        running.push_back(host);
        ASSERT_LE(++active[host], limits.max_active_per_host);
        ASSERT_LE(static_cast<int64_t>(running.size()), limits.max_active);
        if (last.count(host)) {
          ASSERT_GE(At(now) - last[host], limits.delay);
        }
        last[host] = At(now);
        ASSERT_GE(*transfer, next[host]);  // in order
        next[host] = *transfer;
      }
      if (running.empty()) continue;
      const size_t over = static_cast<size_t>(below(running.size()));
      schedule.Finish(running[over]);
      --active[running[over]];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(over));
    }
    EXPECT_EQ(started, 200);
  }
}

}  // namespace
}  // namespace facet
