// Against the same sums written as plain loops, to the last bit.
#include "plugins/evaluators/lane_sums.h"

#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

float PlainSum(const float* x, const float* y, size_t size, bool differences) {
  std::vector<float> lanes(kLanes, 0.0F);
  for (size_t i = 0; i < size; ++i) {
    const float difference = x[i] - y[i];
    const float term = differences ? difference * difference : x[i] * y[i];
    lanes[i % kLanes] = lanes[i % kLanes] + term;
  }
  float total = 0.0F;
  for (const float lane : lanes) total = total + lane;
  return total;
}

TEST(LaneSums, AreThoseOfPlainLoopsForAnyNumberOfRows) {
  constexpr size_t kColumns = 5 * kLanes, kRows = 23;
  Random random(3);
  std::vector<float> values;
  for (size_t i = 0; i < kRows * kColumns; ++i) {
    values.push_back(static_cast<float>(random.Normal()));
  }
  const PaddedRows rows = {values.data(), kColumns};
  for (size_t count = 0; count < kRows; ++count) {
    std::vector<uint32_t> others;
    for (size_t i = 0; i < count; ++i) others.push_back(static_cast<uint32_t>(kRows - 1 - i));
    std::vector<float> differences(count), products(count);
    SumSquaredDifferences(rows, 1, others.data(), count, differences.data());
    SumProducts(rows, 1, others.data(), count, products.data());
    for (size_t i = 0; i < count; ++i) {
      const float *x = &values[kColumns], *y = &values[others[i] * kColumns];
      EXPECT_EQ(differences[i], PlainSum(x, y, kColumns, true));
      EXPECT_EQ(products[i], PlainSum(x, y, kColumns, false));
    }
  }
}

TEST(LaneSums, OfPairsAreExact) {
  constexpr size_t kRows = 9;
  Random random(5);
  std::vector<float> table;
  for (size_t i = 0; i < kRows * kLanes; ++i) {
    table.push_back(static_cast<float>(random.Index(50)));
  }
  for (const size_t count : {0, 1, 2, 501}) {
    std::vector<uint32_t> first, second;
    std::vector<int64_t> expected(kLanes);
    for (size_t i = 0; i < count; ++i) {
      first.push_back(static_cast<uint32_t>(random.Index(kRows)));
      second.push_back(static_cast<uint32_t>(random.Index(kRows)));
      for (size_t k = 0; k < kLanes; ++k) {
        expected[k] += static_cast<int64_t>(table[first[i] * kLanes + k]) *
                       static_cast<int64_t>(table[second[i] * kLanes + k]);
      }
    }
    std::vector<float> sums(kLanes);
    SumOfPairs(table.data(), first.data(), second.data(), count, sums.data());
    for (size_t k = 0; k < kLanes; ++k) {
      EXPECT_EQ(sums[k], static_cast<float>(expected[k]));
    }
  }
}

}  // namespace
}  // namespace facet
