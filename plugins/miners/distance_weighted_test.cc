// The draw against the paper's weights in loops; the even spread of distances, as in
// pytorch-metric-learning's test.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::HasSubstr;

TEST(DistanceWeighted, DrawsWithTheInverseDensity) {
  // One positive pair; the weights of anchor 0's negatives as products, not logarithms.
  const NaiveDistances d(RandomPoints(), "l2", true);
  const double cutoff = 0.9, last = 1.5, dimension = 5;
  std::vector<int64_t> labels = {0, 0};
  for (int64_t i = 2; i < 30; ++i) labels.push_back(i);
  std::map<int64_t, double> weights;
  double sum = 0;
  bool has_near = false, has_far = false;
  for (size_t n = 2; n < 30; ++n) {
    const double clamped = std::max(d(0, n), cutoff);
    has_near = has_near || d(0, n) < cutoff;
    has_far = has_far || d(0, n) >= last;
    if (d(0, n) >= last) continue;
    const double density =
        std::pow(clamped, dimension - 2) * std::pow(1 - clamped * clamped / 4, (dimension - 3) / 2);
    weights[static_cast<int64_t>(n)] = 1 / density;
    sum += 1 / density;
  }
  ASSERT_TRUE(has_near && has_far);
  std::map<int64_t, int64_t> counts;
  const int num_draws = 5000;
  for (uint64_t seed = 0; seed < num_draws; ++seed) {
    const Mined mined =
        Mine(R"({"cutoff": 0.9, "nonzero_loss_cutoff": 1.5})", RandomPoints(), labels, seed);
    ASSERT_FALSE(mined.triplets.empty());
    ASSERT_EQ(mined.triplets[0][0], 0);
    ASSERT_EQ(mined.triplets[0][1], 1);
    ++counts[mined.triplets[0][2]];
  }
  for (const auto& [n, count] : counts) EXPECT_EQ(weights.count(n), 1u) << n;
  double chi_square = 0;
  for (const auto& [n, weight] : weights) {
    const double expected = num_draws * weight / sum;
    ASSERT_GT(expected, 10);  // so that chi-square's distribution holds
    chi_square += std::pow(static_cast<double>(counts[n]) - expected, 2) / expected;
  }
  // Mean k, variance 2k for k degrees of freedom; 5 standard deviations. Seeds are fixed.
  const auto k = static_cast<double>(weights.size() - 1);
  EXPECT_LT(chi_square, k + 5 * std::sqrt(2 * k));
}

TEST(DistanceWeighted, SpreadsDistancesEvenlyOnTheCircle) {
  // Points at 0, 1, ..., 255 degrees of two random classes: distances should be uniform between the
  // least and the cutoff. 10 % as in pytorch-metric-learning's test: points are not random but on a
  // grid, and the arc has ends; the statistical error of more than 10,000 draws is below 1 %.
  std::vector<double> coordinates;
  std::vector<int64_t> labels;
  Random random(3);
  for (int degrees = 0; degrees < 256; ++degrees) {
    const double t = degrees * std::acos(-1.0) / 180;
    coordinates.push_back(std::cos(t));
    coordinates.push_back(std::sin(t));
    labels.push_back(static_cast<int64_t>(random.Index(2)));
  }
  const at::Tensor x = at::tensor(coordinates, at::kDouble).view({256, 2});
  const NaiveDistances d(x, "l2", true);
  const double least = d(0, 1);
  for (int tenths = 5; tenths < 15; ++tenths) {
    const double cutoff = tenths / 10.0 - 0.01;
    const Mined mined = Mine(
        "{\"cutoff\": 1e-6, \"nonzero_loss_cutoff\": " + std::to_string(cutoff) + "}", x, labels);
    ASSERT_GT(mined.triplets.size(), 10000u);
    double sum = 0, squares = 0;
    for (const auto& [a, p, n] : mined.triplets) {
      const double distance = d(static_cast<size_t>(a), static_cast<size_t>(n));
      EXPECT_LT(distance, cutoff);
      sum += distance;
      squares += distance * distance;
    }
    const auto count = static_cast<double>(mined.triplets.size());
    const double mean = sum / count, variance = squares / count - mean * mean;
    EXPECT_NEAR(mean, (cutoff + least) / 2, 0.1 * (cutoff + least) / 2);
    const double uniform_variance = std::pow(cutoff - least, 2) / 12;
    EXPECT_NEAR(variance, uniform_variance, 0.1 * uniform_variance);
  }
}

TEST(DistanceWeighted, EveryPositivePairComesOnce) {
  const Mined mined = Mine(R"({"nonzero_loss_cutoff": 2.0})", RandomPoints(), kRandomLabels);
  std::vector<PairIndices> expected, pairs;
  for (int64_t a = 0; a < 30; ++a) {
    for (int64_t p = 0; p < 30; ++p) {
      if (a != p && kRandomLabels[static_cast<size_t>(a)] == kRandomLabels[static_cast<size_t>(p)])
        expected.push_back({a, p});
    }
  }
  for (const auto& [a, p, n] : mined.triplets) pairs.push_back({a, p});
  EXPECT_EQ(pairs, expected);
  EXPECT_EQ(mined.num_skipped, 1);  // the last has no positive
}

TEST(DistanceWeighted, SkipsAnchorsWithoutANegativeInReach) {
  // Two pairs, opposite to each other: all negatives are at distance 2 or nearly.
  const at::Tensor x = at::tensor({1.0, 0.0, 1.0, 0.01, -1.0, 0.0, -1.0, 0.01}).view({4, 2});
  const Mined mined = Mine("{}", x, {0, 0, 1, 1});
  EXPECT_TRUE(mined.triplets.empty());
  EXPECT_EQ(mined.num_skipped, 4);
}

TEST(DistanceWeighted, HoldsInManyDimensions) {
  // d^(2-D) alone would overflow for D = 4096 and d = 0.5: 10^1232. The near negative wins.
  at::Tensor x = at::zeros({4, 4096});
  x[0][0] = x[1][0] = 1;
  x[2][0] = 1, x[2][1] = 0.6;
  x[3][0] = 1, x[3][1] = 0.9;
  const Mined mined = Mine("{}", x, {0, 0, 1, 2});
  const std::vector<TripletIndices> expected = {{0, 1, 2}, {1, 0, 2}};
  EXPECT_EQ(mined.triplets, expected);
}

TEST(DistanceWeighted, RefusesCutoffsThatLeaveNothing) {
  const auto made = MakeComponent<Miner>(R"({"cutoff": 1.4})");
  EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(made.status().message()),
              HasSubstr("cutoff = 1.4 is not below nonzero_loss_cutoff = 1.4"));
}

TEST(DistanceWeighted, SurvivesEveryBatch) { ExpectSurvives("{}"); }
TEST(DistanceWeighted, DrawsBySeed) { ExpectSeeds("{}", true); }
// The draws of the anchors come first, whatever follows.
TEST(DistanceWeighted, MinesForAnchors) { ExpectMinesForAnchors("{}"); }

}  // namespace
}  // namespace facet
