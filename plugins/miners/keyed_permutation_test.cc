// Against the list of all indices, and against the counts that a uniform order gives.
#include "plugins/miners/keyed_permutation.h"

#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<int64_t> OrderOf(int64_t size, uint64_t key) {
  const KeyedPermutation permutation(size, key);
  std::vector<int64_t> order;
  for (int64_t i = 0; i < size; ++i) order.push_back(permutation[i]);
  return order;
}

// Pearson's sum over cells of probability p each, of which every draw hits some: a count is
// binomial, with variance D p (1 - p) around D p, so the sum's mean is cells * (1 - p) whatever the
// cells have to do with each other. Its spread is near that of chi-square with so many degrees of
// freedom, sqrt(2 * mean); keys are fixed, and 4 of those leave no room for a bias of a tenth.
void ExpectEqualCounts(const std::vector<int64_t>& counts, double num_draws, double probability) {
  const double expected = num_draws * probability;
  double sum = 0;
  for (const int64_t count : counts) {
    sum += std::pow(static_cast<double>(count) - expected, 2) / expected;
  }
  const double mean = static_cast<double>(counts.size()) * (1 - probability);
  EXPECT_NEAR(sum, mean, 4 * std::sqrt(2 * mean));
}

TEST(KeyedPermutation, GivesEachIndexOnce) {
  for (const int64_t size : {0, 1, 2, 3, 4, 5, 10, 97, 99, 100, 101, 4096, 65537, 240385}) {
    for (const uint64_t key : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
      std::vector<bool> seen(static_cast<size_t>(size), false);
      for (const int64_t index : OrderOf(size, key)) {
        ASSERT_TRUE(index >= 0 && index < size) << size;
        ASSERT_FALSE(seen[static_cast<size_t>(index)]) << index << " of " << size << " came twice";
        seen[static_cast<size_t>(index)] = true;
      }
    }
  }
}

TEST(KeyedPermutation, IsOneOfBillionsToo) {
  for (const int64_t size : {int64_t{1309689000}, int64_t{1} << 62}) {
    const KeyedPermutation permutation(size, 7);
    std::set<int64_t> seen;
    for (int64_t i = 0; i < 50000; ++i) {
      for (const int64_t index : {i, size - 1 - i}) {
        const int64_t place = permutation[index];
        ASSERT_TRUE(place >= 0 && place < size);
        ASSERT_TRUE(seen.insert(place).second) << index;
      }
    }
  }
}

TEST(KeyedPermutation, TheKeyFixesIt) {
  EXPECT_EQ(OrderOf(1000, 3), OrderOf(1000, 3));
  EXPECT_NE(OrderOf(1000, 3), OrderOf(1000, 4));
}

TEST(KeyedPermutation, OfFewIndicesAllOrdersAreEquallyLikely) {
  double orders = 1;
  for (int64_t size = 2; size <= 6; ++size) {
    orders *= static_cast<double>(size);
    std::map<std::vector<int64_t>, int64_t> counts;
    const double draws = 60 * orders;
    for (uint64_t key = 0; static_cast<double>(key) < draws; ++key) ++counts[OrderOf(size, key)];
    ASSERT_EQ(static_cast<double>(counts.size()), orders) << "of " << size;
    std::vector<int64_t> all;
    for (const auto& [order, count] : counts) all.push_back(count);
    ExpectEqualCounts(all, draws, 1 / orders);
  }
}

TEST(KeyedPermutation, EachIndexStandsAnywhereAndBesideAnyOther) {
  constexpr int64_t kSize = 60, kDraws = 3000;
  std::vector<int64_t> places(kSize * kSize), neighbours(kSize * kSize);
  for (uint64_t key = 0; key < kDraws; ++key) {
    const std::vector<int64_t> order = OrderOf(kSize, key);
    for (size_t i = 0; i < order.size(); ++i) {
      ++places[i * kSize + static_cast<size_t>(order[i])];
      const int64_t next = order[(i + 1) % order.size()];
      ++neighbours[static_cast<size_t>(order[i] * kSize + next)];
    }
  }
  ExpectEqualCounts(places, kDraws, 1.0 / kSize);
  std::vector<int64_t> of_two;  // nothing stands beside itself
  for (size_t i = 0; i < neighbours.size(); ++i) {
    if (i / kSize != i % kSize) of_two.push_back(neighbours[i]);
  }
  ExpectEqualCounts(of_two, kDraws, 1.0 / (kSize - 1));
}

}  // namespace
}  // namespace facet
