#include "core/stages/leak_check/near_vectors.h"

#include <cmath>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

FloatArray RandomRows(int64_t rows, int64_t columns, uint64_t seed) {
  Random random(seed);
  FloatArray array;
  array.shape = {rows, columns};
  for (int64_t i = 0; i < rows * columns; ++i) {
    array.values.push_back(static_cast<float>(random.Normal()));
  }
  return array;
}

// Against plain loops; more rows than a block has, and rows that are others' with a little noise.
TEST(FindNearVectors, AsPlainLoopsAcrossBlocks) {
  const int64_t columns = 16;
  FloatArray queries = RandomRows(1030, columns, 1);
  const FloatArray others = RandomRows(4100, columns, 2);
  Random random(3);
  for (int64_t q = 0; q < 1030; q += 5) {
    const auto from = static_cast<int64_t>(random.Index(4100));
    const double noise = random.Uniform(0, 0.4), scale = random.Uniform(0.1, 10);
    for (int64_t d = 0; d < columns; ++d) {
      queries.values[q * columns + d] =
          static_cast<float>(scale * (others.values[from * columns + d] + noise * random.Normal()));
    }
  }
  for (int64_t d = 0; d < columns; ++d) queries.values[7 * columns + d] = 0.0F;
  queries.values[8 * columns] = std::nanf("");
  const double min_cosine = 0.95;
  const auto found = FindNearVectors(queries, others, min_cosine);
  ASSERT_TRUE(found.ok()) << found.status();
  int near = 0;
  for (int64_t q = 0; q < 1030; ++q) {
    NearVector best;
    for (int64_t o = 0; o < 4100; ++o) {
      double dot = 0, a = 0, b = 0;
      for (int64_t d = 0; d < columns; ++d) {
        const double x = queries.values[q * columns + d], y = others.values[o * columns + d];
        dot += x * y;
        a += x * x;
        b += y * y;
      }
      const double cosine = dot / std::sqrt(a * b);
      if (cosine >= min_cosine && (best.index < 0 || cosine > best.cosine)) best = {o, cosine};
    }
    EXPECT_EQ((*found)[q].index, best.index) << q;
    EXPECT_DOUBLE_EQ((*found)[q].cosine, best.cosine) << q;
    near += best.index >= 0;
  }
  EXPECT_GT(near, 100);
  EXPECT_EQ((*found)[7].index, -1);
  EXPECT_EQ((*found)[8].index, -1);
}

TEST(FindNearVectors, EqualVectorsAndOtherSizes) {
  const FloatArray rows = RandomRows(5, 8, 4);
  const auto found = FindNearVectors(rows, rows, 1.0);
  ASSERT_TRUE(found.ok());
  for (int64_t i = 0; i < 5; ++i) EXPECT_EQ((*found)[i].index, i);
  EXPECT_EQ(FindNearVectors(rows, RandomRows(5, 4, 4), 1.0).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace facet
