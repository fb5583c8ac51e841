#include "core/bench/statistics.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

using Values = std::vector<double>;

double NaiveU(const Values& a, const Values& b) {
  double u = 0.0;
  for (const double x : a) {
    for (const double y : b) u += x > y ? 1.0 : 0.0;
  }
  return u;
}

// Of all ways to call n of the values "a": the share whose U is at least as far from its mean.
double NaiveP(const Values& a, const Values& b) {
  Values all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  std::vector<bool> is_a(all.size(), false);
  std::fill(is_a.end() - static_cast<std::ptrdiff_t>(a.size()), is_a.end(), true);
  const double middle = static_cast<double>(a.size() * b.size()) / 2.0;
  const double far = std::abs(NaiveU(a, b) - middle);
  int ways = 0, as_far = 0;
  do {
    Values first, second;
    for (size_t i = 0; i < all.size(); ++i) (is_a[i] ? first : second).push_back(all[i]);
    ++ways;
    as_far += std::abs(NaiveU(first, second) - middle) >= far - 1e-9 ? 1 : 0;
  } while (std::next_permutation(is_a.begin(), is_a.end()));
  return static_cast<double>(as_far) / ways;
}

TEST(QuantileTest, IsLinearBetweenNeighbours) {
  // numpy.quantile([1, 2, 4, 8], ...)
  EXPECT_DOUBLE_EQ(Quantile({8, 1, 4, 2}, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(Quantile({8, 1, 4, 2}, 0.75), 5.0);
  EXPECT_DOUBLE_EQ(Median({8, 1, 4, 2}), 3.0);
  EXPECT_DOUBLE_EQ(Median({7}), 7.0);
}

TEST(RelativeSpreadTest, IsOfTheMiddleHalf) {
  EXPECT_DOUBLE_EQ(*RelativeSpread({1, 2, 4, 8}), (5.0 - 1.75) / 3.0);
  EXPECT_DOUBLE_EQ(*RelativeSpread({10, 10, 10, 10, 500}), 0.0);
  EXPECT_FALSE(RelativeSpread({1.0}).has_value());
}

// scipy.stats.mannwhitneyu(a, b, alternative="two-sided", method=...) of SciPy 1.17.1.
TEST(MannWhitneyTest, IsThatOfSciPy) {
  const Values a = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Values b = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06001, 3.14, 1.291};
  const RankTest exact = *MannWhitney(a, b);
  EXPECT_TRUE(exact.exact);
  EXPECT_EQ(exact.u, 58.0);
  EXPECT_NEAR(exact.p, 0.13591114767585355, 1e-12);
  EXPECT_NEAR(MannWhitney({1.1, 2.2, 3.3}, {2.5, 4.5, 6.5})->p, 0.2, 1e-12);
  EXPECT_NEAR(MannWhitney({1, 2, 3, 4, 5}, {6, 7, 8, 9})->p, 0.015873015873015872, 1e-12);

  const RankTest tied = *MannWhitney({1, 2, 2, 3, 3, 3, 4, 5, 5}, {2, 3, 4, 4, 5, 6, 6, 7, 7});
  EXPECT_FALSE(tied.exact);
  EXPECT_EQ(tied.u, 17.5);
  EXPECT_NEAR(tied.p, 0.044233691013677925, 1e-12);
  EXPECT_EQ(MannWhitney({1, 1, 1}, {1, 1, 1})->p, 1.0);

  Values many, others;
  for (int i = 0; i < 60; ++i) many.push_back((i * 37) % 61 + 0.25);
  for (int i = 0; i < 55; ++i) others.push_back(((i * 29) % 61) * 1.2 + 0.5);
  const RankTest large = *MannWhitney(many, others);
  EXPECT_FALSE(large.exact);
  EXPECT_EQ(large.u, 1309.0);
  EXPECT_NEAR(large.p, 0.05659392104496489, 1e-12);
}

TEST(MannWhitneyTest, IsWhatCountingAllWaysGives) {
  const std::vector<std::pair<Values, Values>> samples = {
      {{1}, {2}},
      {{3, 1, 7}, {2, 5}},
      {{1, 2, 3, 4}, {5, 6, 7, 8}},
      {{0.1, 0.9, 0.4, 0.7, 0.2}, {0.3, 0.8, 1.4, 1.1, 0.6, 1.9}},
      {{12, 3, 4, 18, 7, 6}, {1, 2, 5, 11, 9, 10}},
  };
  for (const auto& [a, b] : samples) {
    EXPECT_NEAR(MannWhitney(a, b)->p, NaiveP(a, b), 1e-12) << a.size() << ", " << b.size();
    EXPECT_EQ(MannWhitney(a, b)->u, NaiveU(a, b));
    EXPECT_EQ(MannWhitney(a, b)->other_u, NaiveU(b, a));
  }
}

TEST(MannWhitneyTest, SaysHowSmallItsPCanBe) {
  EXPECT_NEAR(MannWhitney({1, 2, 3}, {4, 5, 6})->least_p, 0.1, 1e-12);
  EXPECT_NEAR(MannWhitney({1, 2, 3}, {4, 5, 6})->p, 0.1, 1e-12);
  EXPECT_EQ(MannWhitney({1}, {2})->least_p, 1.0);
  EXPECT_FALSE(MannWhitney({}, {2}).has_value());
}

// Its ends are where the test begins to refuse: of a, divided by a bit less or more than that.
TEST(RatioIntervalTest, HoldsWhatTheTestDoesNotRefuse) {
  const Values a = {10.2, 11.7, 9.1, 10.9, 13.3, 10.05, 9.7, 12.4, 10.6};
  const Values b = {5.3, 4.7, 5.9, 5.05, 6.2, 4.9, 5.51, 5.44, 7.1};
  const Interval interval = *RatioInterval(a, b);
  const auto p_of_ratio = [&](double ratio) {
    Values divided;
    for (const double x : a) divided.push_back(x / ratio);
    return MannWhitney(divided, b)->p;
  };
  EXPECT_LT(p_of_ratio(interval.low * 0.9999), 0.05);
  EXPECT_GT(p_of_ratio(interval.low * 1.0001), 0.05);
  EXPECT_GT(p_of_ratio(interval.high * 0.9999), 0.05);
  EXPECT_LT(p_of_ratio(interval.high * 1.0001), 0.05);
  EXPECT_LT(interval.low, Median(a) / Median(b));
  EXPECT_GT(interval.high, Median(a) / Median(b));
}

TEST(RatioIntervalTest, IsNotKnownOfFewValues) {
  EXPECT_FALSE(RatioInterval({1, 2, 3}, {4, 5, 6}).has_value());
  EXPECT_TRUE(RatioInterval({1, 2, 3, 4}, {5, 6, 7, 8}).has_value());
  EXPECT_FALSE(RatioInterval({0, 2, 3, 4}, {5, 6, 7, 8}).has_value());
  EXPECT_FALSE(RatioInterval({}, {5}).has_value());
}

}  // namespace
}  // namespace facet
