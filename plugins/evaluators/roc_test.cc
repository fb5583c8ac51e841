#include "plugins/evaluators/roc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"
#include "plugins/evaluators/sorted_scores.h"

namespace facet {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// {+0.9, -0.7}: genuine with score 0.9, impostor with score 0.7; distance = -score.
std::vector<Comparison> FromScores(const std::vector<double>& signed_scores) {
  std::vector<Comparison> comparisons;
  for (const double score : signed_scores) {
    comparisons.push_back({-std::abs(score), score > 0.0});
  }
  SortByDistance(comparisons);
  return comparisons;
}

// Random distances on a grid of `levels` values (few: many ties), genuine ones lower on average.
std::vector<Comparison> RandomComparisons(uint64_t seed, int count, int levels) {
  Random random(seed);
  std::vector<Comparison> comparisons;
  for (int i = 0; i < count; ++i) {
    const bool genuine = i < 2 ? i == 0 : random.Bernoulli(0.5);
    const double distance = random.Uniform() + (genuine ? 0.0 : 0.3);
    comparisons.push_back({std::floor(distance * levels) / levels, genuine});
  }
  return comparisons;
}

SortedScores ScoresOf(const std::vector<Comparison>& comparisons) {
  SortedScores scores;
  for (const Comparison& each : comparisons) scores.Add(each.distance, each.genuine);
  scores.Sort();
  return scores;
}

// FAR and FRR by counting, straight from the definition.
RocPoint NaivePoint(const std::vector<Comparison>& comparisons, double threshold) {
  double genuine = 0, impostor = 0, rejected = 0, accepted = 0;
  for (const Comparison& each : comparisons) {
    (each.genuine ? genuine : impostor) += each.weight;
    if (each.genuine && each.distance >= threshold) rejected += each.weight;
    if (!each.genuine && each.distance < threshold) accepted += each.weight;
  }
  return {accepted / impostor, rejected / genuine};
}

std::vector<double> NaiveThresholds(const std::vector<Comparison>& comparisons) {
  std::set<double> distances;
  for (const Comparison& each : comparisons) distances.insert(each.distance);
  std::vector<double> thresholds(distances.begin(), distances.end());  // accepts what is below
  thresholds.push_back(kInfinity);
  return thresholds;
}

// vl_roc's rule (VLFeat), written from its description; defined for data without ties.
double EqualErrorRateOfVlRoc(std::vector<Comparison> comparisons) {
  SortByDistance(comparisons);
  double genuine = 0, impostor = 0;
  for (const Comparison& each : comparisons) (each.genuine ? genuine : impostor) += 1;
  std::vector<double> tpr = {0.0}, tnr = {1.0};
  for (const Comparison& each : comparisons) {
    tpr.push_back(tpr.back() + (each.genuine ? 1 / genuine : 0));
    tnr.push_back(tnr.back() - (each.genuine ? 0 : 1 / impostor));
  }
  size_t s = 0;
  for (size_t i = 0; i < tpr.size(); ++i) {
    if (tnr[i] > tpr[i] + 1e-12) s = i;
  }
  return tpr[s] == tpr[s + 1] ? 1 - tpr[s] : 1 - tnr[s];
}

struct EerVector {
  std::vector<double> scores;
  double eer;
};

// Made with VLFeat's vl_roc and by hand; the last has ties, where vl_roc depends on the order.
TEST(EqualErrorRateTest, AgreesWithKnownAnswers) {
  const std::vector<EerVector> vectors = {
      {{.9, .8, -.7, .6, -.4, -.1}, 1.0 / 3},
      {{.9, .8, .7, .3, -.6, -.4, -.2, -.1}, 0.25},
      {{.9, .8, -.2, -.1}, 0.0},
      {{-.9, -.8, .2, .1}, 1.0},
      {{.9, .7, .3, -.8, -.4, -.2, -.1}, 1.0 / 3},
      {{.5, .5, -.5, -.5}, 0.5},
  };
  for (const EerVector& each : vectors) {
    EXPECT_NEAR(EqualErrorRate(RocOf(FromScores(each.scores))), each.eer, 1e-15);
  }
}

TEST(EqualErrorRateTest, AgreesWithVlRocWithoutTies) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<Comparison> comparisons =
        RandomComparisons(seed, 5 + static_cast<int>(seed) % 60, 1 << 30);
    SortByDistance(comparisons);
    EXPECT_NEAR(EqualErrorRate(RocOf(comparisons)), EqualErrorRateOfVlRoc(comparisons), 1e-12)
        << seed;
  }
}

TEST(EqualErrorRateTest, DoesNotDependOnTheOrderOfTies) {
  std::vector<Comparison> comparisons = RandomComparisons(7, 300, 5);
  SortByDistance(comparisons);
  const double eer = EqualErrorRate(RocOf(comparisons));
  Random random(1);
  for (int i = 0; i < 20; ++i) {
    random.Shuffle(comparisons);
    SortByDistance(comparisons);
    EXPECT_DOUBLE_EQ(EqualErrorRate(RocOf(comparisons)), eer);
  }
}

TEST(RocTest, HasEveryOperatingPointOfTheDefinition) {
  for (const int levels : {3, 10, 1 << 30}) {
    std::vector<Comparison> comparisons = RandomComparisons(11, 120, levels);
    SortByDistance(comparisons);
    const std::vector<RocPoint> roc = RocOf(comparisons);
    const std::vector<double> thresholds = NaiveThresholds(comparisons);
    ASSERT_EQ(roc.size(), thresholds.size());
    for (size_t i = 0; i < roc.size(); ++i) {
      const RocPoint naive = NaivePoint(comparisons, thresholds[i]);
      EXPECT_NEAR(roc[i].far, naive.far, 1e-12);
      EXPECT_NEAR(roc[i].frr, naive.frr, 1e-12);
    }
  }
}

TEST(RocTest, AreaIsTheProbabilityOfTheRightOrder) {
  for (const int levels : {4, 1 << 30}) {
    std::vector<Comparison> comparisons = RandomComparisons(3, 150, levels);
    double right = 0, all = 0;
    for (const Comparison& a : comparisons) {
      for (const Comparison& b : comparisons) {
        if (!a.genuine || b.genuine) continue;
        all += 1;
        right += a.distance < b.distance ? 1.0 : a.distance == b.distance ? 0.5 : 0.0;
      }
    }
    SortByDistance(comparisons);
    EXPECT_NEAR(AreaUnderRoc(RocOf(comparisons)), right / all, 1e-12);
  }
}

TEST(RocTest, TrueAcceptRateIsReachedByAThreshold) {
  std::vector<Comparison> comparisons = RandomComparisons(5, 200, 20);
  SortByDistance(comparisons);
  for (const double far : {0.001, 0.01, 0.1, 0.5, 1.0}) {
    double best = 0;
    for (const double threshold : NaiveThresholds(comparisons)) {
      const RocPoint point = NaivePoint(comparisons, threshold);
      if (point.far <= far) best = std::max(best, 1 - point.frr);
    }
    EXPECT_NEAR(TrueAcceptRate(RocOf(comparisons), far), best, 1e-12);
  }
}

TEST(RocTest, MeanOfFoldsIsTheMeanAtEveryThreshold) {
  // Folds of unequal size, so that it differs from the pooled curve.
  std::vector<std::vector<Comparison>> folds;
  std::vector<Comparison> pooled;
  for (const int count : {20, 45, 70}) {
    folds.push_back(RandomComparisons(static_cast<uint64_t>(count), count, 12));
    SortByDistance(folds.back());
    pooled.insert(pooled.end(), folds.back().begin(), folds.back().end());
  }
  std::vector<SortedScores> scores;
  for (const auto& fold : folds) scores.push_back(ScoresOf(fold));
  const std::vector<RocPoint> roc = MeanRocOf(scores);
  const std::vector<double> thresholds = NaiveThresholds(pooled);
  ASSERT_EQ(roc.size(), thresholds.size());
  double largest_gap = 0;
  for (size_t i = 0; i < roc.size(); ++i) {
    double far = 0, frr = 0;
    for (const auto& fold : folds) {
      far += NaivePoint(fold, thresholds[i]).far / 3;
      frr += NaivePoint(fold, thresholds[i]).frr / 3;
    }
    EXPECT_NEAR(roc[i].far, far, 1e-12);
    EXPECT_NEAR(roc[i].frr, frr, 1e-12);
    largest_gap = std::max(largest_gap, std::abs(far - NaivePoint(pooled, thresholds[i]).far));
  }
  EXPECT_GT(largest_gap, 0.01);
}

// By the definition: each fold's tar at a far that is no vertex lies on its line; on vertices of
// two folds of 2 and 3 impostors without ties (axis-parallel) by counting.
TEST(RocTest, VerticalMeanIsTheMeanTarAtEveryFar) {
  std::vector<Comparison> two = {{1, true}, {2, false}, {3, true}, {4, false}};
  std::vector<Comparison> three = {{1, false}, {2, true}, {3, false}, {4, false}};
  const std::vector<RocPoint> mean = MeanRocAtFarOf({RocOf(two), RocOf(three)});
  // far 0: tar 0 to 1/2 and 0; 1/3: 1/2 and 0 to 1; 1/2: 1/2 to 1 and 1; then 1 and 1.
  const double far[] = {0, 0, 1. / 3, 1. / 3, .5, .5, 2. / 3, 1};
  const double tar[] = {0, .25, .25, .75, .75, 1, 1, 1};
  ASSERT_EQ(mean.size(), 8U);
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(mean[i].far, far[i], 1e-12) << i;
    EXPECT_NEAR(1 - mean[i].frr, tar[i], 1e-12) << i;
  }
  // One pair of each kind at one distance: the diagonal, also between the other fold's vertices.
  std::vector<Comparison> tie = {{1, true}, {1, false}};
  const std::vector<RocPoint> with_tie = MeanRocAtFarOf({RocOf(tie), RocOf(two)});
  ASSERT_EQ(with_tie.size(), 5U);
  EXPECT_NEAR(1 - with_tie[2].frr, 0.5, 1e-12);  // far 1/2: 1/2 and 1/2
  EXPECT_NEAR(1 - with_tie[3].frr, 0.75, 1e-12);
}

// Folds whose distances differ by scale alone have one ROC, which their mean must be.
TEST(RocTest, VerticalMeanDoesNotDependOnTheScalesOfTheFolds) {
  std::vector<Comparison> fold = RandomComparisons(21, 90, 25);
  SortByDistance(fold);
  std::vector<Comparison> scaled = fold;
  for (Comparison& each : scaled) each.distance *= 7.5;
  const std::vector<RocPoint> one = RocOf(fold), mean = MeanRocAtFarOf({one, RocOf(scaled)});
  EXPECT_NEAR(EqualErrorRate(mean), EqualErrorRate(one), 1e-12);
  EXPECT_NEAR(AreaUnderRoc(mean), AreaUnderRoc(one), 1e-12);
}

TEST(RocTest, CollinearPointsAreDroppedAndTheAreaStays) {
  std::vector<Comparison> comparisons = RandomComparisons(9, 2000, 1 << 30);
  SortByDistance(comparisons);
  const std::vector<RocPoint> roc = RocOf(comparisons), thin = WithoutCollinear(roc);
  EXPECT_LT(thin.size(), roc.size());
  EXPECT_NEAR(AreaUnderRoc(thin), AreaUnderRoc(roc), 1e-12);
  EXPECT_NEAR(EqualErrorRate(thin), EqualErrorRate(roc), 1e-12);
}

TEST(BestThresholdTest, NoOtherThresholdIsBetter) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    std::vector<Comparison> comparisons = RandomComparisons(seed, 40, seed % 2 == 0 ? 6 : 1 << 30);
    SortByDistance(comparisons);
    double best = 0;
    for (const double threshold : NaiveThresholds(comparisons)) {
      best = std::max(best, AccuracyAt(comparisons, threshold));
    }
    EXPECT_DOUBLE_EQ(AccuracyAt(comparisons, BestThreshold(comparisons)), best) << seed;
  }
}

TEST(BestThresholdTest, TiesGoToTheMiddleOfTheLongestStretch) {
  // Genuine at 1 and 6, impostor at 2 and 9: rejecting all, (1, 2), (6, 9) have 2, 3, 3 right.
  const std::vector<Comparison> two = {{1, true}, {2, false}, {6, true}, {9, false}};
  EXPECT_DOUBLE_EQ(BestThreshold(two), 7.5);
  // Equal stretches: the first. (1, 2) and (3, 4).
  const std::vector<Comparison> equal = {{1, true}, {2, false}, {3, true}, {4, false}};
  EXPECT_DOUBLE_EQ(BestThreshold(equal), 1.5);
  // At distance 2 one of each kind: (1, 2) and (2, 4) do equally well and are one stretch.
  const std::vector<Comparison> joined = {{1, true}, {2, true}, {2, false}, {4, false}};
  EXPECT_DOUBLE_EQ(BestThreshold(joined), 2.5);
  EXPECT_DOUBLE_EQ(AccuracyAt(joined, 2.5), 0.75);
}

TEST(BestThresholdTest, EndsAreTakenOnlyWhereNothingElseIsBest) {
  using Pairs = std::vector<Comparison>;
  EXPECT_EQ(BestThreshold(Pairs{{1, false}, {2, false}}), -kInfinity);
  EXPECT_EQ(BestThreshold(Pairs{{1, true}, {2, true}}), kInfinity);
  EXPECT_EQ(BestThreshold(Pairs{{1, false}, {2, true}}), -kInfinity);  // reversed: either end
}

TEST(BestThresholdTest, SeparatesNeighboursInFloatingPoint) {
  const double next = std::nextafter(1.0, 2.0);
  const std::vector<Comparison> comparisons = {{1.0, true}, {next, false}};
  EXPECT_DOUBLE_EQ(AccuracyAt(comparisons, BestThreshold(comparisons)), 1.0);
}

TEST(WeightsTest, AreCopiesOfAPair) {
  std::vector<Comparison> weighted = RandomComparisons(13, 60, 15), copied;
  Random random(2);
  for (Comparison& each : weighted) {
    each.weight = static_cast<double>(random.Index(4));
    for (int i = 0; i < static_cast<int>(each.weight); ++i) {
      copied.push_back({each.distance, each.genuine});
    }
  }
  SortByDistance(weighted);
  SortByDistance(copied);
  EXPECT_NEAR(EqualErrorRate(RocOf(weighted)), EqualErrorRate(RocOf(copied)), 1e-12);
  EXPECT_NEAR(AreaUnderRoc(RocOf(weighted)), AreaUnderRoc(RocOf(copied)), 1e-12);
  EXPECT_NEAR(AccuracyAt(weighted, 0.6), AccuracyAt(copied, 0.6), 1e-12);
}

// Steps so small that corners are sometimes kept, sometimes not: moving the last point leaves what
// adding each does.
TEST(RocCorners, OfARunTheLastPointIsMoved) {
  Random random(11);
  for (int round = 0; round < 200; ++round) {
    RocCorners each, moved;
    RocPoint point;
    each.Add(point);
    moved.Add(point);
    for (int run = 0; run < 100; ++run) {
      const bool level = random.Bernoulli(0.5);
      std::vector<RocPoint> points;
      for (size_t i = 0, count = 1 + random.Index(6); i < count; ++i) {
        (level ? point.far : point.frr) += (level ? 3e-9 : -2e-8) * (1 + random.Uniform());
        points.push_back(point);
        each.Add(point);
      }
      for (const RocPoint& of_run : points) {
        moved.Add(of_run);
        if (level ? !moved.IsLevel() : !moved.IsUpright()) continue;
        moved.MoveLast(points.back());
        break;
      }
    }
    const std::vector<RocPoint> expected = each.Take(), found = moved.Take();
    ASSERT_EQ(found.size(), expected.size());
    ASSERT_GT(found.size(), 2U);
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].far, expected[i].far);
      ASSERT_EQ(found[i].frr, expected[i].frr);
    }
  }
}

}  // namespace
}  // namespace facet
