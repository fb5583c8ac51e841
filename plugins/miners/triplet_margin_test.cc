// Against the published sets of the fixture, and against loops for margins of -0.05 to 0.5 and all
// types, as in pytorch-metric-learning's test.
#include <ATen/ATen.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

std::string Json(double margin, const std::string& type, const std::string& more) {
  return "{\"margin\": " + std::to_string(margin) + ", \"type\": \"" + type + "\", " + more + "}";
}

std::vector<TripletIndices> Naive(const NaiveDistances& d, const std::vector<int64_t>& labels,
                                  double margin, const std::string& type, bool exact = false) {
  std::vector<TripletIndices> kept;
  for (size_t a = 0; a < labels.size(); ++a) {
    for (size_t p = 0; p < labels.size(); ++p) {
      for (size_t n = 0; n < labels.size(); ++n) {
        if (a == p || labels[a] != labels[p] || labels[a] == labels[n]) continue;
        const double gap = d(a, n) - d(a, p);
        // Far above float64's rounding, where there is some: membership does not depend on it.
        EXPECT_TRUE(exact || (std::abs(gap - margin) > 1e-9 && std::abs(gap) > 1e-9));
        if ((type == "all" && gap <= margin) || (type == "hard" && gap <= 0) ||
            (type == "semihard" && gap > 0 && gap <= margin) || (type == "easy" && gap > margin)) {
          kept.push_back(
              {static_cast<int64_t>(a), static_cast<int64_t>(p), static_cast<int64_t>(n)});
        }
      }
    }
  }
  return kept;
}

// Sets derived from the formulas of pytorch-metric-learning by an independent program.
TEST(TripletMargin, SelectsTheFixturesSets) {
  const auto mine = [](const std::string& type) {
    return Mine(Json(0.2, type, R"("normalize": true)"), FixtureS(), kFixtureLabels).triplets;
  };
  EXPECT_THAT(mine("all"),
              ElementsAre(TripletIndices{0, 1, 2}, TripletIndices{1, 0, 2}, TripletIndices{2, 3, 0},
                          TripletIndices{2, 3, 1}, TripletIndices{3, 2, 1}));
  EXPECT_THAT(mine("hard"), ElementsAre(TripletIndices{2, 3, 1}));
  EXPECT_THAT(mine("semihard"), ElementsAre(TripletIndices{0, 1, 2}, TripletIndices{1, 0, 2},
                                            TripletIndices{2, 3, 0}, TripletIndices{3, 2, 1}));
  EXPECT_EQ(mine("easy").size(), 7u);
}

TEST(TripletMargin, AgreesWithLoops) {
  for (const DistanceCase& c : DistanceCases()) {
    const NaiveDistances random(c.Points(), c.distance, c.normalize);
    const NaiveDistances fixture(FixtureS(), c.distance, c.normalize);
    for (int step = -1; step <= 10; ++step) {
      for (const std::string type : {"all", "hard", "semihard", "easy"}) {
        const double margin = 0.05 * step;
        const std::string options = Json(margin, type, c.Json());
        SCOPED_TRACE(options);
        EXPECT_EQ(Mine(options, c.Points(), kRandomLabels).triplets,
                  Naive(random, kRandomLabels, margin, type, c.tied));
        EXPECT_EQ(Mine(options, FixtureS(), kFixtureLabels).triplets,
                  Naive(fixture, kFixtureLabels, margin, type));
      }
    }
  }
}

TEST(TripletMargin, EdgesBelongToTheHarderSide) {
  // Gaps of anchor 0: 2 gives 0, 3 gives 0.5, 4 gives 1; all exact.
  const at::Tensor x = at::tensor({0.0, 1.0, -1.0, -1.5, -2.0}).view({5, 1});
  const auto of_anchor_0 = [&x](const std::string& type) {
    std::vector<int64_t> negatives;
    for (const auto& [a, p, n] :
         Mine(Json(0.5, type, R"("distance": "l2")"), x, {0, 0, 1, 2, 3}).triplets) {
      if (a == 0) negatives.push_back(n);
    }
    return negatives;
  };
  EXPECT_THAT(of_anchor_0("all"), ElementsAre(2, 3));
  EXPECT_THAT(of_anchor_0("hard"), ElementsAre(2));
  EXPECT_THAT(of_anchor_0("semihard"), ElementsAre(3));
  EXPECT_THAT(of_anchor_0("easy"), ElementsAre(4));
}

TEST(TripletMargin, SurvivesEveryBatch) {
  for (const std::string type : {"all", "hard", "semihard", "easy"}) {
    ExpectSurvives(Json(0.2, type, R"("distance": "l2")"));
  }
}
TEST(TripletMargin, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(TripletMargin, MinesForAnchors) {
  for (const char* const type : {"all", "hard", "semihard", "easy"}) {
    ExpectMinesForAnchors(Json(0.2, type, R"("distance": "l2")"));
  }
}

}  // namespace
}  // namespace facet
