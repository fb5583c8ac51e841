// Against loops over the definition.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

TEST(AllPairs, OfTheFixture) {
  // Labels 0, 0, 1, 1, 2: 4 positive pairs, and 20 - 4 negative ones.
  const Mined mined = Mine("{}", FixtureS(), kFixtureLabels);
  EXPECT_THAT(mined.positives, ElementsAre(PairIndices{0, 1}, PairIndices{1, 0}, PairIndices{2, 3},
                                           PairIndices{3, 2}));
  EXPECT_EQ(mined.negatives.size(), 16u);
  EXPECT_EQ(mined.num_skipped, 0);
}

TEST(AllPairs, AgreesWithLoops) {
  std::vector<PairIndices> positives, negatives;
  for (int64_t i = 0; i < 30; ++i) {
    for (int64_t j = 0; j < 30; ++j) {
      if (i == j) continue;
      const bool same =
          kRandomLabels[static_cast<size_t>(i)] == kRandomLabels[static_cast<size_t>(j)];
      (same ? positives : negatives).push_back({i, j});
    }
  }
  const Mined mined = Mine("{}", RandomPoints(), kRandomLabels);
  EXPECT_EQ(mined.positives, positives);
  EXPECT_EQ(mined.negatives, negatives);
}

TEST(AllPairs, CountsTheLoneImage) {
  EXPECT_EQ(Mine("{}", RandomPoints().narrow(0, 0, 1), {0}).num_skipped, 1);
}

TEST(AllPairs, SurvivesEveryBatch) { ExpectSurvives("{}", /*measures=*/false); }
TEST(AllPairs, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(AllPairs, MinesForAnchors) { ExpectMinesForAnchors("{}"); }

}  // namespace
}  // namespace facet
