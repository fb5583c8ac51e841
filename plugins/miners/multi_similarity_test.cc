// Against the published set of the fixture, and against loops over the paper's equations 8 and 9.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

// Sets derived from the formulas of pytorch-metric-learning by an independent program.
TEST(MultiSimilarity, SelectsTheFixturesSet) {
  const Mined mined = Mine(R"({"epsilon": 0.1})", FixtureS(), kFixtureLabels);
  EXPECT_THAT(mined.positives, ElementsAre(PairIndices{0, 1}, PairIndices{1, 0}, PairIndices{2, 3},
                                           PairIndices{3, 2}));
  EXPECT_THAT(mined.negatives, ElementsAre(PairIndices{0, 2}, PairIndices{0, 3}, PairIndices{1, 2},
                                           PairIndices{1, 3}, PairIndices{2, 0}, PairIndices{2, 1},
                                           PairIndices{3, 0}, PairIndices{3, 1}));
  EXPECT_EQ(mined.num_skipped, 1);  // 4 has no positive
}

void ExpectAgreesWithLoops(const at::Tensor& points, const std::vector<double>& epsilons) {
  const NaiveDistances d(points, "cosine", true);
  const auto s = [&d](size_t i, size_t j) { return 1 - d(i, j); };
  for (const double epsilon : epsilons) {
    std::vector<PairIndices> positives, negatives;
    for (size_t a = 0; a < 30; ++a) {
      double least_positive = std::numeric_limits<double>::infinity();
      double largest_negative = -least_positive;
      for (size_t i = 0; i < 30; ++i) {
        if (i == a) continue;
        if (kRandomLabels[i] == kRandomLabels[a]) {
          least_positive = std::min(least_positive, s(a, i));
        } else {
          largest_negative = std::max(largest_negative, s(a, i));
        }
      }
      const bool lone = least_positive > 1;
      for (size_t i = 0; i < 30; ++i) {
        const PairIndices pair = {static_cast<int64_t>(a), static_cast<int64_t>(i)};
        if (i == a) continue;
        if (kRandomLabels[i] == kRandomLabels[a]) {
          if (s(a, i) - epsilon < largest_negative) positives.push_back(pair);
        } else {
          if (!lone && s(a, i) + epsilon > least_positive) negatives.push_back(pair);
        }
      }
    }
    const Mined mined =
        Mine("{\"epsilon\": " + std::to_string(epsilon) + "}", points, kRandomLabels);
    EXPECT_EQ(mined.positives, positives);
    EXPECT_EQ(mined.negatives, negatives);
  }
}

TEST(MultiSimilarity, AgreesWithLoops) {
  ExpectAgreesWithLoops(RandomPoints(), {0.0, 0.05, 0.1, 0.5, 1.0});
}
// Cosines are rounded: without a slack two of them that are nearly equal may compare either way.
TEST(MultiSimilarity, AgreesWithLoopsOnTies) {
  ExpectAgreesWithLoops(TiedPoints(), {0.05, 0.1, 0.5});
}

TEST(MultiSimilarity, SurvivesEveryBatch) { ExpectSurvives("{}"); }
TEST(MultiSimilarity, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(MultiSimilarity, MinesForAnchors) { ExpectMinesForAnchors("{}"); }

}  // namespace
}  // namespace facet
