// Against loops over the definition.
#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

TEST(Hardest, TripletsOfTheScalarExample) {
  // Scalars 0 .. 8 as in batch_hard's published example, whose nearest negatives these are, but
  // with each of the 3 * 2 + 5 * 4 positive pairs.
  const Mined mined =
      Mine("{}", at::arange(9, at::kFloat).unsqueeze(1), {0, 0, 1, 1, 0, 2, 1, 1, 1});
  EXPECT_EQ(mined.triplets.size(), 26u);
  const std::vector<int64_t> nearest = {2, 2, 1, 4, 3, -1, 5, 5, 5};
  for (const auto& [a, p, n] : mined.triplets) EXPECT_EQ(n, nearest[static_cast<size_t>(a)]);
}

TEST(Hardest, TripletsAgreeWithLoops) {
  for (const DistanceCase& c : DistanceCases()) {
    SCOPED_TRACE(c.Json());
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    std::vector<TripletIndices> expected;
    for (size_t a = 0; a < 30; ++a) {
      for (size_t p = 0; p < 30; ++p) {
        if (a == p || kRandomLabels[a] != kRandomLabels[p]) continue;
        double least = std::numeric_limits<double>::infinity();
        TripletIndices triplet = {static_cast<int64_t>(a), static_cast<int64_t>(p), -1};
        for (size_t n = 0; n < 30; ++n) {
          if (kRandomLabels[n] == kRandomLabels[a] || d(a, n) >= least) continue;
          least = d(a, n);
          triplet[2] = static_cast<int64_t>(n);
        }
        expected.push_back(triplet);
      }
    }
    const Mined mined = Mine("{" + c.Json() + "}", c.Points(), kRandomLabels);
    EXPECT_EQ(mined.triplets, expected);
    EXPECT_EQ(mined.num_skipped, 1);  // the last has no positive
  }
}

TEST(Hardest, PairsAgreeWithLoops) {
  for (const DistanceCase& c : DistanceCases()) {
    SCOPED_TRACE(c.Json());
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    const Mined mined = Mine("{\"makes\": \"pairs\", " + c.Json() + "}", c.Points(), kRandomLabels);
    std::vector<PairIndices> positives;
    std::vector<double> negative_distances;
    for (size_t i = 0; i < 30; ++i) {
      for (size_t j = 0; j < 30; ++j) {
        if (i == j) continue;
        if (kRandomLabels[i] == kRandomLabels[j]) {
          positives.push_back({static_cast<int64_t>(i), static_cast<int64_t>(j)});
        } else {
          negative_distances.push_back(d(i, j));
        }
      }
    }
    std::vector<PairIndices> mined_positives = mined.positives;
    std::sort(mined_positives.begin(), mined_positives.end());
    EXPECT_EQ(mined_positives, positives);
    // As many negatives, and these are the smallest of all distances.
    ASSERT_EQ(mined.negatives.size(), positives.size());
    std::sort(negative_distances.begin(), negative_distances.end());
    for (size_t i = 0; i < mined.negatives.size(); ++i) {
      const auto& [first, second] = mined.negatives[i];
      // Roundings of float64 between two ways to sum five products below 30.
      EXPECT_NEAR(d(static_cast<size_t>(first), static_cast<size_t>(second)), negative_distances[i],
                  1e-12);
    }
    std::vector<PairIndices> negatives = mined.negatives;
    std::sort(negatives.begin(), negatives.end());
    EXPECT_EQ(std::unique(negatives.begin(), negatives.end()), negatives.end());
  }
}

TEST(Hardest, PairsAreCutToTheSideThatHasFewer) {
  // One positive pair and five negative ones, of which 1-2 is the nearest; then no negative at all.
  const at::Tensor x = at::tensor({0.0, 1.0, 3.0, 7.0}).view({4, 1});
  EXPECT_THAT(Mine(R"({"makes": "pairs"})", x, {0, 0, 1, 2}).negatives,
              ElementsAre(PairIndices{1, 2}, PairIndices{2, 1}));
  const Mined mined = Mine(R"({"makes": "pairs"})", x, {0, 0, 0, 0});
  EXPECT_EQ(mined.positives.size(), 12u);
  EXPECT_TRUE(mined.negatives.empty());
}

TEST(Hardest, SkippedImagesAreCounted) {
  const at::Tensor x = at::tensor({0.0, 1.0, 3.0}).view({3, 1});
  EXPECT_EQ(Mine("{}", x, {5, 5, 5}).num_skipped, 3);
  EXPECT_EQ(Mine(R"({"makes": "pairs"})", x, {5, 6, 7}).num_skipped, 3);
}

TEST(Hardest, SurvivesEveryBatch) {
  ExpectSurvives("{}");
  ExpectSurvives(R"({"makes": "pairs", "distance": "cosine"})");
}
TEST(Hardest, DrawsNothing) {
  ExpectSeeds("{}", false);
  ExpectSeeds(R"({"makes": "pairs"})", false);
}
TEST(Hardest, MinesTripletsForAnchors) { ExpectMinesForAnchors("{}"); }

// Positive pairs: all that begin with an anchor. Negative ones: as many couples of two images as
// there are positive couples, the nearest of those in which there is an anchor.
TEST(Hardest, MinesPairsForAnchors) {
  const NaiveDistances d(RandomPoints(), "l2", false);
  for (const int64_t num_anchors : {0, 1, 7, 29}) {
    SCOPED_TRACE(num_anchors);
    std::set<PairIndices> positives;
    std::vector<double> negatives;
    size_t num_positives = 0;
    for (int64_t i = 0; i < num_anchors; ++i) {
      for (int64_t j = 0; j < 30; ++j) {
        if (i == j) continue;
        const auto a = static_cast<size_t>(i), b = static_cast<size_t>(j);
        const bool couple = j > i || j >= num_anchors;  // once
        if (kRandomLabels[a] == kRandomLabels[b]) {
          positives.insert({i, j});
          num_positives += couple;
        } else if (couple) {
          negatives.push_back(d(a, b));
        }
      }
    }
    std::sort(negatives.begin(), negatives.end());
    negatives.resize(std::min(negatives.size(), num_positives));
    const Mined mined =
        MineAnchors(R"({"makes": "pairs"})", RandomPoints(), kRandomLabels, num_anchors);
    EXPECT_EQ(std::set<PairIndices>(mined.positives.begin(), mined.positives.end()), positives);
    EXPECT_EQ(mined.positives.size(), positives.size());
    std::set<PairIndices> couples;
    std::vector<double> found;
    for (const auto& [i, j] : mined.negatives) {
      EXPECT_LT(i, num_anchors);
      const bool first = couples.insert({std::min(i, j), std::max(i, j)}).second;
      if (first) found.push_back(d(static_cast<size_t>(i), static_cast<size_t>(j)));
      EXPECT_TRUE(first || j < num_anchors) << "both orders are of two anchors";
    }
    ASSERT_EQ(found.size(), negatives.size());
    // Two ways to sum five products below 30.
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], negatives[i], 1e-12);
  }
}

}  // namespace
}  // namespace facet
