#include "core/base/parallel_work.h"

#include <atomic>
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
  EXPECT_TRUE(ParallelWork(0, 4, nullptr, nullptr).ok());
}

TEST(ParallelWork, TheFirstErrorByIndexEndsTheWork) {
  std::atomic<int> calls{0};
  const absl::Status status = ParallelWork(
      1000, 1,
      [&](int64_t i) {
        ++calls;
        return i >= 7 ? absl::DataLossError(absl::StrCat("piece ", i)) : absl::OkStatus();
      },
      nullptr);
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

}  // namespace
}  // namespace facet
