// Against loops with the centre written out, for limits of 0 to 60 degrees as in
// pytorch-metric-learning's test.
#include <ATen/ATen.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/miners/miner_testing.h"

namespace facet {
namespace {

using testing::ElementsAre;

const double kPi = std::acos(-1.0);

double Norm(const std::vector<double>& x) {
  double sum = 0;
  for (const double value : x) sum += value * value;
  return std::sqrt(sum);
}

// The triplets of larger angles; every angle is checked to be clear of the limit.
std::vector<TripletIndices> Naive(const NaiveDistances& batch, const std::vector<int64_t>& labels,
                                  double angle_rad) {
  std::vector<TripletIndices> kept;
  for (size_t a = 0; a < labels.size(); ++a) {
    for (size_t p = 0; p < labels.size(); ++p) {
      for (size_t n = 0; n < labels.size(); ++n) {
        if (a == p || labels[a] != labels[p] || labels[a] == labels[n]) continue;
        std::vector<double> to_center = batch.point(n), base = batch.point(a);
        for (size_t k = 0; k < base.size(); ++k) {
          to_center[k] -= (batch.point(a)[k] + batch.point(p)[k]) / 2;
          base[k] -= batch.point(p)[k];
        }
        const double angle = std::atan(Norm(base) / (2 * Norm(to_center)));
        // Far above float64's rounding: membership does not depend on it.
        EXPECT_GT(std::abs(angle - angle_rad), 1e-9);
        if (angle > angle_rad) {
          kept.push_back(
              {static_cast<int64_t>(a), static_cast<int64_t>(p), static_cast<int64_t>(n)});
        }
      }
    }
  }
  return kept;
}

TEST(Angular, AgreesWithLoopsFrom0To60Degrees) {
  for (const bool normalize : {true, false}) {
    size_t last = 1000000;
    for (int degrees = 0; degrees <= 60; degrees += 5) {
      SCOPED_TRACE(degrees);
      const double angle_rad = degrees * kPi / 180;
      char options[100];
      std::snprintf(options, sizeof options, "{\"angle_rad\": %.17g, \"normalize\": %s}", angle_rad,
                    normalize ? "true" : "false");
      const auto expected =
          Naive(NaiveDistances(RandomPoints(), "l2", normalize), kRandomLabels, angle_rad);
      EXPECT_EQ(Mine(options, RandomPoints(), kRandomLabels).triplets, expected);
      EXPECT_LE(expected.size(), last);
      last = expected.size();
      EXPECT_EQ(Mine(options, FixtureS(), kFixtureLabels).triplets,
                Naive(NaiveDistances(FixtureS(), "l2", normalize), kFixtureLabels, angle_rad));
    }
    EXPECT_GT(last, 0u);
  }
}

TEST(Angular, DefaultsTo20Degrees) {
  EXPECT_EQ(Mine("{}", RandomPoints(), kRandomLabels).triplets,
            Naive(NaiveDistances(RandomPoints(), "l2", true), kRandomLabels, 20 * kPi / 180));
}

TEST(Angular, ARightAngleBetweenAndNoneInOnePoint) {
  // 2 is in the middle of 0 and 1: pi / 2, the largest. 3 and 4 are one point: 0, even with 5 in
  // it.
  const at::Tensor x = at::tensor({-1.0, 1.0, 0.0, 4.0, 4.0, 4.0}).view({6, 1});
  const Mined mined = Mine(R"({"angle_rad": 1.57, "normalize": false})", x, {0, 0, 1, 2, 2, 3});
  EXPECT_THAT(mined.triplets, ElementsAre(TripletIndices{0, 1, 2}, TripletIndices{1, 0, 2}));
  EXPECT_EQ(mined.num_skipped, 4);
  for (const auto& [a, p, n] :
       Mine(R"({"angle_rad": 0.0, "normalize": false})", x, {0, 0, 1, 2, 2, 3}).triplets) {
    EXPECT_LE(a, 1);
  }
}

TEST(Angular, SurvivesEveryBatch) { ExpectSurvives("{}"); }
TEST(Angular, DrawsNothing) { ExpectSeeds("{}", false); }
TEST(Angular, MinesForAnchors) {
  ExpectMinesForAnchors("{}");
  ExpectMinesForAnchors(R"({"angle_rad": 0.9, "normalize": false})");
}

}  // namespace
}  // namespace facet
