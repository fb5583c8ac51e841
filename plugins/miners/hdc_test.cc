// Against sorted lists by loops; the share of 0.3 is that of pytorch-metric-learning's test.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

struct Measured {
  double distance;
  PairIndices pair;
};

// Pairs of one sign that begin with one of the first `num_anchors`, from the smallest distance;
// equal ones (i, j), (j, i) in order.
std::vector<Measured> Sorted(const NaiveDistances& d, bool positives, bool descending,
                             size_t num_anchors) {
  std::vector<Measured> all;
  for (size_t i = 0; i < num_anchors; ++i) {
    for (size_t j = 0; j < 30; ++j) {
      if (i == j || (kRandomLabels[i] == kRandomLabels[j]) != positives) continue;
      all.push_back({d(i, j), {static_cast<int64_t>(i), static_cast<int64_t>(j)}});
    }
  }
  std::stable_sort(all.begin(), all.end(), [descending](const Measured& x, const Measured& y) {
    return descending ? x.distance > y.distance : x.distance < y.distance;
  });
  return all;
}

void ExpectAgreesWithSortedLists(int64_t num_anchors) {
  for (const DistanceCase& c : DistanceCases()) {
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    for (const double fraction : {0.01, 0.3, 0.5, 1.0}) {
      const std::string options =
          "{\"fraction\": " + std::to_string(fraction) + ", " + c.Json() + "}";
      SCOPED_TRACE(options);
      const Mined mined = MineAnchors(options, c.Points(), kRandomLabels, num_anchors);
      for (const bool positives : {true, false}) {
        const std::vector<Measured> sorted =
            Sorted(d, positives, /*descending=*/positives, static_cast<size_t>(num_anchors));
        const auto& kept = positives ? mined.positives : mined.negatives;
        ASSERT_EQ(kept.size(),
                  static_cast<size_t>(std::ceil(fraction * static_cast<double>(sorted.size()))));
        for (size_t i = 0; i < kept.size(); ++i) {
          EXPECT_LT(kept[i][0], num_anchors);
          // By distance: (i, j) and (j, i) are equal but for rounding, so either may come first.
          EXPECT_NEAR(d(static_cast<size_t>(kept[i][0]), static_cast<size_t>(kept[i][1])),
                      sorted[i].distance, 1e-12);
        }
        std::vector<PairIndices> unique = kept;
        std::sort(unique.begin(), unique.end());
        EXPECT_EQ(std::unique(unique.begin(), unique.end()), unique.end());
      }
    }
  }
}

TEST(Hdc, AgreesWithSortedLists) { ExpectAgreesWithSortedLists(30); }

// A share of the pairs that begin with an anchor, not what is left of a share of all.
TEST(Hdc, MinesForAnchors) {
  for (const int64_t num_anchors : {0, 1, 7, 29}) ExpectAgreesWithSortedLists(num_anchors);
}

TEST(Hdc, TiesAreSortedAndTheShareIsRoundedUp) {
  // Positive pairs at 1 (0, 1) and 2 (2, 3): four ordered. 0.3 of four: two. Negatives: 0-2 at 10,
  // 0-3 at 12, 1-2 at 9, 1-3 at 11; 0.3 of eight: three.
  const at::Tensor x = at::tensor({0.0, 1.0, 10.0, 12.0}).view({4, 1});
  const Mined mined = Mine(R"({"fraction": 0.3})", x, {0, 0, 1, 1});
  EXPECT_THAT(mined.positives, ElementsAre(PairIndices{2, 3}, PairIndices{3, 2}));
  EXPECT_THAT(mined.negatives,
              ElementsAre(PairIndices{1, 2}, PairIndices{2, 1}, PairIndices{0, 2}));
  EXPECT_EQ(mined.num_skipped, 0);
}

TEST(Hdc, SurvivesEveryBatch) { ExpectSurvives("{}"); }
TEST(Hdc, DrawsNothing) { ExpectSeeds("{}", false); }

}  // namespace
}  // namespace facet
