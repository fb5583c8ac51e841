// Against loops over the definition.
#include <ATen/ATen.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

TEST(PairMargin, AgreesWithLoops) {
  for (const DistanceCase& c : DistanceCases()) {
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    for (const double positive_margin : {0.0, 0.2, 1.0}) {
      for (const double negative_margin : {0.3, 0.8, 1.6}) {
        const std::string options = "{\"positive_margin\": " + std::to_string(positive_margin) +
                                    ", \"negative_margin\": " + std::to_string(negative_margin) +
                                    ", " + c.Json() + "}";
        SCOPED_TRACE(options);
        std::vector<PairIndices> positives, negatives;
        for (size_t i = 0; i < 30; ++i) {
          for (size_t j = 0; j < 30; ++j) {
            const PairIndices pair = {static_cast<int64_t>(i), static_cast<int64_t>(j)};
            const bool same = kRandomLabels[i] == kRandomLabels[j];
            if (i != j && same && d(i, j) > positive_margin) positives.push_back(pair);
            if (!same && d(i, j) < negative_margin) negatives.push_back(pair);
          }
        }
        const Mined mined = Mine(options, c.Points(), kRandomLabels);
        EXPECT_EQ(mined.positives, positives);
        EXPECT_EQ(mined.negatives, negatives);
      }
    }
  }
}

TEST(PairMargin, BothEdgesAreOpenAndTheRestIsSkipped) {
  // 0.25 and 0.5 are exact. Positive pairs at 0.25; negatives at 0.5 (0-2) and 0.25 (1-2).
  const at::Tensor x = at::tensor({0.0, 0.25, 0.5, 9.0}).view({4, 1});
  const Mined mined = Mine(
      R"({"positive_margin": 0.25, "negative_margin": 0.5, "normalize": false})", x, {0, 0, 1, 2});
  EXPECT_TRUE(mined.positives.empty());
  EXPECT_THAT(mined.negatives, ElementsAre(PairIndices{1, 2}, PairIndices{2, 1}));
  EXPECT_EQ(mined.num_skipped, 2);
}

TEST(PairMargin, SurvivesEveryBatch) {
  ExpectSurvives("{}");
  ExpectSurvives(R"({"distance": "cosine", "normalize": false})");
}
TEST(PairMargin, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(PairMargin, MinesForAnchors) {
  for (const DistanceCase& c : DistanceCases()) ExpectMinesForAnchors("{" + c.Json() + "}");
}

}  // namespace
}  // namespace facet
