#include "core/pipeline/work_in_order.h"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;

// 0, 1, ... below `count`; after them an error, if there is one.
class Numbers {
 public:
  explicit Numbers(int count, absl::Status error = absl::OkStatus())
      : count_(count), error_(std::move(error)) {}
  absl::StatusOr<std::optional<int>> operator()() const {
    EXPECT_EQ(++inside_, 1);
    const int number = given_++;
    --inside_;
    if (number < count_) return std::optional<int>(number);
    if (!error_.ok()) return error_;
    return std::optional<int>();
  }
  int given() const { return given_; }

 private:
  const int count_;
  const absl::Status error_;
  mutable std::atomic<int> given_{0}, inside_{0};
};

int Square(int number, int) { return number * number; }

TEST(WorkInOrder, ResultsAreTakenInOrderWhicheverIsDoneFirst) {
  std::vector<int> taken;
  std::atomic<int> busy[4] = {};
  const auto work = [&](int number, int worker) {
    EXPECT_EQ(++busy[worker], 1);
    std::this_thread::sleep_for(std::chrono::microseconds(number % 7 == 0 ? 2000 : 10));
    --busy[worker];
    return number * number;
  };
  const auto take = [&](int number, int& square) {
    EXPECT_EQ(square, number * number);
    taken.push_back(number);
    return absl::OkStatus();
  };
  ASSERT_TRUE((WorkInOrder<int, int>(4, 16, Numbers(200), work, take).ok()));
  ASSERT_EQ(taken.size(), 200u);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(taken[static_cast<size_t>(i)], i);
  EXPECT_TRUE((WorkInOrder<int, int>(4, 16, Numbers(0), work, take).ok()));
  EXPECT_EQ(taken.size(), 200u);
}

TEST(WorkInOrder, NoMoreRecordsThanSaidAreThere) {
  const Numbers numbers(100);
  int taken = 0;
  const auto take = [&](int, int&) {
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    ++taken;
    EXPECT_LE(numbers.given(), taken + 5);  // one that was taken has made room
    return absl::OkStatus();
  };
  EXPECT_TRUE((WorkInOrder<int, int>(2, 4, numbers, &Square, take).ok()));
}

TEST(WorkInOrder, AnErrorComesAfterWhatLiesBeforeIt) {
  std::vector<int> taken;
  const auto take = [&](int number, int&) {
    taken.push_back(number);
    return absl::OkStatus();
  };
  const Numbers broken(3, absl::DataLossError("line 4"));
  EXPECT_EQ((WorkInOrder<int, int>(2, 8, broken, &Square, take)), absl::DataLossError("line 4"));
  EXPECT_THAT(taken, ElementsAre(0, 1, 2));

  taken.clear();
  const auto work = [](int number, int) {
    if (number == 2) throw std::runtime_error("two");
    return number;
  };
  EXPECT_THROW((WorkInOrder<int, int>(2, 8, Numbers(50), work, take)).IgnoreError(),
               std::runtime_error);
  EXPECT_THAT(taken, ElementsAre(0, 1));
}

TEST(WorkInOrder, WhoTakesMayEndIt) {
  const Numbers numbers(1000);
  const auto take = [](int number, int&) {
    return number == 5 ? absl::CancelledError("stop") : absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsCancelled(WorkInOrder<int, int>(3, 8, numbers, &Square, take)));
  EXPECT_LE(numbers.given(), 20);
}

}  // namespace
}  // namespace facet
