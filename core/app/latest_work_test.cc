#include "core/app/latest_work.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace facet {
namespace {

TEST(LatestWork, AsksWhileItRunsAreOneMoreRunThatSeesTheLast) {
  std::atomic<int> state{0}, seen{0}, runs{0};
  std::promise<void> begun, go_on;
  LatestWork work([&] {
    seen = state.load();
    if (++runs > 1) return;
    begun.set_value();
    go_on.get_future().wait();
  });
  state = 1;
  work.Ask();
  begun.get_future().wait();
  for (int i = 2; i <= 100; ++i) {  // none of them waits for the run
    state = i;
    work.Ask();
  }
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(seen, 1);
  go_on.set_value();
  work.Finish();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(seen, 100);
}

TEST(LatestWork, NothingIsDoneUnasked) {
  std::atomic<int> runs{0};
  {
    LatestWork work([&] { ++runs; });
  }
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace facet
