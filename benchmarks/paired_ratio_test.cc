#include "benchmarks/paired_ratio.h"

#include <gtest/gtest.h>

#include <cmath>

namespace facet::bench {
namespace {

TEST(PairedRatio, KnowsStudentsDistribution) {
  // Printed tables (NIST Engineering Statistics Handbook, 1.3.6.7.2).
  EXPECT_NEAR(StudentT975(1), 12.706, 5e-4);
  EXPECT_NEAR(StudentT975(2), 4.303, 5e-4);
  EXPECT_NEAR(StudentT975(4), 2.776, 5e-4);
  EXPECT_NEAR(StudentT975(14), 2.145, 5e-4);
  EXPECT_NEAR(StudentT975(100), 1.984, 5e-4);
}

TEST(PairedRatio, IsThatOfTheLogarithms) {
  // Logarithms 1, 2 and 3 of base 2: mean 2, standard error 1 / sqrt(3), t = 4.303.
  const RatioInterval interval = PairedRatio({2, 4 * 5, 8}, {1, 5, 1});
  EXPECT_NEAR(interval.ratio, 4, 1e-12);
  EXPECT_NEAR(std::log2(interval.low), 2 - 4.3027 / std::sqrt(3.0), 1e-4);
  EXPECT_NEAR(std::log2(interval.high), 2 + 4.3027 / std::sqrt(3.0), 1e-4);
}

TEST(PairedRatio, WhatBothShareOfAPairDoesNotWidenIt) {
  const RatioInterval interval = PairedRatio({1, 10, 100}, {2, 20, 200});
  EXPECT_NEAR(interval.low, 0.5, 1e-12);
  EXPECT_NEAR(interval.high, 0.5, 1e-12);
}

TEST(PairedRatio, MedianOfEvenAndOddCounts) {
  EXPECT_EQ(Median({3, 1, 2}), 2);
  EXPECT_EQ(Median({4, 1, 3, 2}), 2.5);
}

}  // namespace
}  // namespace facet::bench
