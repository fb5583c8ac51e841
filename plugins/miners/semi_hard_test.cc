// Against the definition in loops; the draw against equal counts.
#include <ATen/ATen.h>

#include <cmath>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::Contains;
using testing::ElementsAre;

// For each positive pair in order, all its semi-hard negatives.
struct Candidates {
  int64_t a, p;
  std::vector<int64_t> negatives;
};

std::vector<Candidates> NaiveCandidates(const NaiveDistances& d, double margin) {
  std::vector<Candidates> all;
  for (size_t a = 0; a < 30; ++a) {
    for (size_t p = 0; p < 30; ++p) {
      if (a == p || kRandomLabels[a] != kRandomLabels[p]) continue;
      all.push_back({static_cast<int64_t>(a), static_cast<int64_t>(p), {}});
      for (size_t n = 0; n < 30; ++n) {
        if (kRandomLabels[n] != kRandomLabels[a] && d(a, p) < d(a, n) &&
            d(a, n) < d(a, p) + margin) {
          all.back().negatives.push_back(static_cast<int64_t>(n));
        }
      }
    }
  }
  return all;
}

TEST(SemiHard, AgreesWithLoops) {
  for (const DistanceCase& c : DistanceCases()) {
    SCOPED_TRACE(c.Json());
    const NaiveDistances d(c.Points(), c.distance, c.normalize);
    const auto candidates = NaiveCandidates(d, 0.15);
    std::vector<TripletIndices> hardest;
    std::set<int64_t> anchors;
    for (const auto& [a, p, negatives] : candidates) {
      if (negatives.empty()) continue;
      anchors.insert(a);
      int64_t best = negatives[0];
      for (const int64_t n : negatives) {
        if (d(static_cast<size_t>(a), static_cast<size_t>(n)) <
            d(static_cast<size_t>(a), static_cast<size_t>(best))) {
          best = n;
        }
      }
      hardest.push_back({a, p, best});
    }
    EXPECT_LT(hardest.size(), candidates.size());  // some pairs have none
    const int64_t num_skipped = 30 - static_cast<int64_t>(anchors.size());
    const Mined mined = Mine("{\"margin\": 0.15, \"choice\": \"hardest\", " + c.Json() + "}",
                             c.Points(), kRandomLabels);
    EXPECT_EQ(mined.triplets, hardest);
    EXPECT_EQ(mined.num_skipped, num_skipped);

    const Mined drawn = Mine("{\"margin\": 0.15, " + c.Json() + "}", c.Points(), kRandomLabels);
    EXPECT_EQ(drawn.num_skipped, num_skipped);
    ASSERT_EQ(drawn.triplets.size(), hardest.size());
    size_t row = 0;
    for (const auto& [a, p, negatives] : candidates) {
      if (negatives.empty()) continue;
      EXPECT_EQ(drawn.triplets[row][0], a);
      EXPECT_EQ(drawn.triplets[row][1], p);
      EXPECT_THAT(negatives, Contains(drawn.triplets[row][2]));
      ++row;
    }
  }
}

TEST(SemiHard, BothEdgesAreOpen) {
  // From 0 the positive 1 is at 1, the negatives 2, 3, 4 at 1, 1.5 and 2 = 1 + margin: only 3 is
  // between. From 1 they are at 2, 0.5 and 1: none is.
  const at::Tensor x = at::tensor({0.0, 1.0, -1.0, 1.5, 2.0}).view({5, 1});
  const Mined mined = Mine(R"({"margin": 1.0, "distance": "l2"})", x, {0, 0, 1, 2, 3});
  EXPECT_THAT(mined.triplets, ElementsAre(TripletIndices{0, 1, 3}));
  EXPECT_EQ(mined.num_skipped, 4);  // all but 0
}

TEST(SemiHard, DrawsUniformly) {
  // On a line: the pair at 0 and 1; ten negatives between 1 and 2, five beyond.
  std::vector<double> points = {0, 1};
  std::vector<int64_t> labels = {0, 0};
  for (int i = 1; i <= 15; ++i) {
    points.push_back(-1 - 0.095 * i);
    labels.push_back(i);
  }
  const at::Tensor x = at::tensor(points).unsqueeze(1);
  std::map<int64_t, int64_t> counts;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    const Mined mined = Mine(R"({"margin": 1.0, "distance": "l2"})", x, labels, seed);
    ASSERT_EQ(mined.triplets.size(), 1u);  // from 1 all negatives are beyond the margin
    ++counts[mined.triplets[0][2]];
  }
  ASSERT_EQ(counts.size(), 10u);
  double chi_square = 0;
  for (const auto& [n, count] : counts) {
    EXPECT_LE(n, 11);
    chi_square += std::pow(static_cast<double>(count) - 300, 2) / 300;
  }
  // 9 degrees of freedom: mean 9, variance 18; 5 standard deviations. Seeds are fixed.
  EXPECT_LT(chi_square, 9 + 5 * std::sqrt(18));
}

TEST(SemiHard, SurvivesEveryBatch) {
  ExpectSurvives("{}");
  ExpectSurvives(R"({"choice": "hardest", "distance": "cosine"})");
}
TEST(SemiHard, DrawsBySeedIfAtAll) {
  ExpectSeeds(R"({"margin": 5.0})", true);
  ExpectSeeds(R"({"margin": 5.0, "choice": "hardest"})", false);
}
// The draws of the anchors come first, whatever follows.
TEST(SemiHard, MinesForAnchors) {
  ExpectMinesForAnchors(R"({"margin": 5.0})");
  ExpectMinesForAnchors(R"({"margin": 5.0, "choice": "hardest", "distance": "cosine"})");
}

}  // namespace
}  // namespace facet
