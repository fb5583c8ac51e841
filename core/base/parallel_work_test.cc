#include "core/base/parallel_work.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

TEST(ParallelWork, DoesEachPieceOnce) {
  for (const int threads : {1, 3, 64}) {
    std::vector<std::atomic<int>> calls(50);
    int64_t last = -1;
    const absl::Status status = ParallelWork(
        50, threads,
        [&](int64_t i) {
          ++calls[static_cast<size_t>(i)];
          return absl::OkStatus();
        },
        [&](int64_t done) {
          last = done;
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    for (const auto& count : calls) EXPECT_EQ(count, 1);
    EXPECT_EQ(last, 50);
  }
  const auto never = [](int64_t) { return absl::InternalError("called"); };
  EXPECT_TRUE(ParallelWork(0, 4, never).ok());
}

TEST(ParallelWork, TheFirstErrorByIndexEndsTheWork) {
  std::atomic<int> calls{0};
  const absl::Status status = ParallelWork(1000, 1, [&](int64_t i) {
    ++calls;
    return i >= 7 ? absl::DataLossError(absl::StrCat("piece ", i)) : absl::OkStatus();
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(status.message(), "piece 7");
  EXPECT_EQ(calls, 8);
}

TEST(ParallelWork, StopsWhenToldTo) {
  std::atomic<bool> told{false};
  std::atomic<int> calls{0};
  const absl::Status status = ParallelWork(
      int64_t{1} << 40, 2,
      [&](int64_t) {
        ++calls;
        return absl::OkStatus();
      },
      [&](int64_t) {
        told = true;
        return false;
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(told);
  EXPECT_GT(calls, 0);
}

// Piece 7 fails last: all others from 8 on have failed before.
TEST(ParallelWork, TheFirstErrorByIndexIsTheSameOnAnyNumberOfThreads) {
  for (const int threads : {2, 8}) {
    std::atomic<int> failed{0};
    const absl::Status status = ParallelWork(100, threads, [&](int64_t i) {
      if (i < 7) return absl::OkStatus();
      if (i == 7) {
        while (failed == 0) std::this_thread::yield();
      }
      ++failed;
      return absl::DataLossError(absl::StrCat("piece ", i));
    });
    EXPECT_EQ(status.message(), "piece 7") << threads;
  }
}

TEST(ParallelWork, ThrowsWhatAPieceThrows) {
  for (const int threads : {1, 4}) {
    try {
      ParallelWork(100, threads, [](int64_t i) -> absl::Status {
        throw std::runtime_error(absl::StrCat("piece ", i));
      }).IgnoreError();
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "piece 0");
    }
  }
  const auto go_on = [](int64_t) -> bool { throw std::runtime_error("asked"); };
  EXPECT_THROW(ParallelWork(
                   int64_t{1} << 40, 2, [](int64_t) { return absl::OkStatus(); }, go_on)
                   .IgnoreError(),
               std::runtime_error);
}

TEST(ParallelWork, NoTwoCallsAtOnceShareAWorker) {
  std::vector<std::atomic<int>> busy(3);
  std::atomic<int> shared{0};
  const absl::Status status = ParallelWork(500, 3, [&](int64_t, int worker) {
    std::atomic<int>& mine = busy.at(static_cast<size_t>(worker));
    if (++mine > 1) ++shared;
    std::this_thread::yield();
    --mine;
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(shared, 0);
}

TEST(ParallelMap, HasTheOrderOfTheIndices) {
  for (const int threads : {1, 3, 64}) {
    const std::vector<std::string> made = ParallelMap<std::string>(
        50, threads, [](int64_t i, int) { return std::string(static_cast<size_t>(i), 'x'); });
    ASSERT_EQ(made.size(), 50u);
    for (size_t i = 0; i < made.size(); ++i) EXPECT_EQ(made[i].size(), i);
  }
  EXPECT_TRUE(ParallelMap<int>(0, 2, [](int64_t, int) { return 1; }).empty());
}

}  // namespace
}  // namespace facet
