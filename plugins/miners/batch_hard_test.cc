// Against loops over the definition, and the example of pytorch-metric-learning's test: scalars
// 0..8.
#include <ATen/ATen.h>

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

TEST(BatchHard, SelectsAsThePublishedExample) {
  const Mined mined =
      Mine("{}", at::arange(9, at::kFloat).unsqueeze(1), {0, 0, 1, 1, 0, 2, 1, 1, 1});
  // Anchor 4 has two nearest negatives, 3 and 5: the first.
  const std::vector<TripletIndices> expected = {{0, 4, 2}, {1, 4, 2}, {2, 8, 1}, {3, 8, 4},
                                                {4, 0, 3}, {6, 2, 5}, {7, 2, 5}, {8, 2, 5}};
  EXPECT_EQ(mined.triplets, expected);
  EXPECT_EQ(mined.num_skipped, 1);  // 5 is alone
}

TEST(BatchHard, AgreesWithLoops) {
  for (const DistanceCase& c : DistanceCases()) {
    SCOPED_TRACE(c.Json());
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    std::vector<TripletIndices> expected;
    for (size_t a = 0; a < 30; ++a) {
      TripletIndices triplet = {static_cast<int64_t>(a), -1, -1};
      double far = -1, near = std::numeric_limits<double>::infinity();
      for (size_t i = 0; i < 30; ++i) {
        const bool same = kRandomLabels[i] == kRandomLabels[a];
        if (same && i != a && d(a, i) > far) {
          far = d(a, i);
          triplet[1] = static_cast<int64_t>(i);
        }
        if (!same && d(a, i) < near) {
          near = d(a, i);
          triplet[2] = static_cast<int64_t>(i);
        }
      }
      if (triplet[1] >= 0 && triplet[2] >= 0) expected.push_back(triplet);
    }
    const Mined mined = Mine("{" + c.Json() + "}", c.Points(), kRandomLabels);
    EXPECT_EQ(mined.triplets, expected);
    EXPECT_EQ(mined.num_skipped, 30 - static_cast<int64_t>(expected.size()));
  }
}

TEST(BatchHard, SkipsEveryoneWhereNothingCanBeFound) {
  for (const std::vector<int64_t>& labels : {std::vector<int64_t>{}, {0}, {0, 0, 0}, {0, 1, 2}}) {
    const auto size = static_cast<int64_t>(labels.size());
    EXPECT_EQ(Mine("{}", at::ones({size, 2}), labels).num_skipped, size);
  }
}

TEST(BatchHard, SurvivesEveryBatch) { ExpectSurvives("{}"); }
TEST(BatchHard, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(BatchHard, MinesForAnchors) {
  for (const DistanceCase& c : DistanceCases()) ExpectMinesForAnchors("{" + c.Json() + "}");
}

}  // namespace
}  // namespace facet
