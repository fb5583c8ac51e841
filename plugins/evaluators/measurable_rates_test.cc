#include "plugins/evaluators/measurable_rates.h"

#include <cstdio>
#include <cstring>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

// An accept rate is k / n: the smallest above 0 that counting gives.
TEST(MeasurableRates, AreThoseThatCountingCanGive) {
  for (int64_t n = 1; n <= 300; ++n) {
    for (const double rate : {1e-6, 0.001, 0.003, 0.01, 1 / 49.0, 0.07, 1 / 3.0, 0.5, 1.0}) {
      bool can = false;
      for (int64_t k = 1; k <= n; ++k) {
        can = can || static_cast<double>(k) / static_cast<double>(n) <= rate;
      }
      EXPECT_EQ(CanShow(rate, n), can) << rate << " of " << n;
    }
  }
  EXPECT_FALSE(CanShow(1.0, 0));
  EXPECT_TRUE(CanShow(0.0, 0));  // none of those there are
}

TEST(MeasurableRates, SomeAreLeftOutAndNoneIsAnErrorUnlessNobodyAsked) {
  const RateWords words = {"FPIR", "probes", "fpir"};
  const auto some = KeepMeasurable({0.5, 0.001, 0.1}, {}, 30, words);
  ASSERT_TRUE(some.ok());
  EXPECT_THAT(some->rates, ElementsAre(0.5, 0.1));
  EXPECT_THAT(some->notices,
              ElementsAre("FPIR 0.001 needs at least 1000 probes, there are 30: left out"));
  EXPECT_EQ(std::string(KeepMeasurable({0.001, 0.02}, {0.02}, 30, words).status().message()),
            "30 probes cannot show FPIR 0.02 or less; give fpir of 0.034 (1 / 30) or more, or "
            "take a test set with more probes");
  EXPECT_EQ(std::string(KeepMeasurable({0.5}, {}, 0, words).status().message()),
            "0 probes cannot show FPIR 0.5 or less; give fpir = [], or take a test set with more "
            "probes");
  const auto defaults = KeepMeasurable({0.001, 0.02}, {0.001, 0.02}, 30, words);
  ASSERT_TRUE(defaults.ok());
  EXPECT_TRUE(defaults->rates.empty());
  EXPECT_EQ(defaults->notices.size(), 2U);
  EXPECT_TRUE(KeepMeasurable({}, {0.1}, 0, words)->rates.empty());
}

// Whoever does what the error says must not get it again.
TEST(MeasurableRates, WhatIsAdvisedIsTakenAndTheLeastOfItsDigits) {
  const RateWords words = FarOfPairs();
  for (int64_t n = 1; n <= 1000; ++n) {
    const double below = 0.5 / static_cast<double>(n);
    const std::string error(KeepMeasurable({below}, {}, n, words).status().message());
    double advised = 0;
    ASSERT_EQ(std::sscanf(std::strstr(error.c_str(), "give far of "), "give far of %lf", &advised),
              1);
    EXPECT_TRUE(CanShow(advised, n)) << error;
    EXPECT_LE(advised, 1.1 / static_cast<double>(n)) << error;
    const double rate = 1 / static_cast<double>(n + 1);
    EXPECT_THAT(KeepMeasurable({1.0, rate}, {}, n, words)->notices[0],
                testing::HasSubstr(" needs at least " + std::to_string(n + 1) + " impostor pairs"));
  }
}

}  // namespace
}  // namespace facet
