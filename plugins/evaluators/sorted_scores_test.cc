// Against the same figures of Comparisons (roc.h), to the last bit, and against std::sort.
#include "plugins/evaluators/sorted_scores.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

struct Lists {
  std::vector<Comparison> comparisons;  // sorted
  SortedScores scores;
};

// On a grid of `levels` values: few are many ties.
Lists RandomLists(uint64_t seed, int count, int levels) {
  Random random(seed);
  Lists lists;
  for (int i = 0; i < count; ++i) {
    const bool genuine = i < 2 ? i == 0 : random.Bernoulli(0.3);
    const double distance =
        std::floor((random.Uniform() + (genuine ? 0.0 : 0.3)) * levels) / levels;
    lists.comparisons.push_back({distance, genuine});
    lists.scores.Add(distance, genuine);
  }
  SortByDistance(lists.comparisons);
  lists.scores.Sort();
  return lists;
}

void ExpectEqual(const std::vector<RocPoint>& a, const std::vector<RocPoint>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].far, b[i].far) << i;
    EXPECT_EQ(a[i].frr, b[i].frr) << i;
  }
}

TEST(SortedScores, HaveTheFiguresOfComparisons) {
  const std::vector<double> far = {0.1, 0.001, 0.01, 1.0};
  for (uint64_t seed = 0; seed < 60; ++seed) {
    const int levels = seed % 3 == 0 ? 5 : seed % 3 == 1 ? 40 : 1 << 30;
    const Lists lists = RandomLists(seed, 3 + static_cast<int>(seed) * 4, levels);
    const std::vector<RocPoint> roc = RocOf(lists.comparisons);
    ExpectEqual(RocOf(lists.scores), roc);
    ExpectEqual(RocCornersOf(lists.scores), WithoutCollinear(roc));
    RocSummary summary(far);
    SummarizeRoc(lists.scores, &summary, nullptr);
    EXPECT_EQ(summary.equal_error_rate(), EqualErrorRate(roc));
    EXPECT_EQ(summary.area(), AreaUnderRoc(roc));
    for (size_t i = 0; i < far.size(); ++i) {
      EXPECT_EQ(summary.TrueAcceptRates()[i], TrueAcceptRate(roc, far[i])) << far[i];
    }
    const double threshold = BestThreshold(lists.comparisons);
    EXPECT_EQ(BestThreshold(lists.scores), threshold) << seed;
    for (const double at : {threshold, 0.0, 0.4, 2.0}) {
      EXPECT_EQ(AccuracyAt(lists.scores, at), AccuracyAt(lists.comparisons, at));
    }
  }
}

// As many as two threads share, without ties and with many.
TEST(SortedScores, OfManyTheSummaryIsThatOfAllPoints) {
  for (const int levels : {1 << 30, 20'000, 50}) {
    const Lists lists = RandomLists(3, 400'000, levels);
    RocSummary summary({1e-4, 0.01}), expected({1e-4, 0.01});
    RocCorners corners, expected_corners;
    SummarizeRoc(lists.scores, &summary, &corners);
    VisitRoc(lists.scores, [&](const RocPoint& point) {
      expected.Add(point);
      expected_corners.Add(point);
    });
    EXPECT_EQ(summary.equal_error_rate(), expected.equal_error_rate());
    EXPECT_EQ(summary.area(), expected.area());
    EXPECT_EQ(summary.TrueAcceptRates(), expected.TrueAcceptRates());
    ExpectEqual(corners.Take(), expected_corners.Take());
  }
}

TEST(SortedScores, BestThresholdsAtEitherEndAreThoseOfComparisons) {
  for (const std::vector<Comparison>& each :
       std::vector<std::vector<Comparison>>{{{1, false}, {2, false}},
                                            {{1, true}, {2, true}},
                                            {{1, false}, {2, true}},
                                            {{1, true}, {2, true}, {2, false}, {4, false}},
                                            {{1, true}, {2, false}, {6, true}, {9, false}}}) {
    SortedScores scores;
    for (const Comparison& pair : each) scores.Add(pair.distance, pair.genuine);
    scores.Sort();
    EXPECT_EQ(BestThreshold(scores), BestThreshold(each));
  }
}

TEST(SortedScores, WithoutSomeLeavesEachAsOftenAsItIsLeft) {
  SortedScores all, some;
  all.genuine = {1, 2, 2, 3};
  all.impostor = {4, 5, 6};
  some.genuine = {2};
  some.impostor = {4, 6};
  const SortedScores rest = Without(all, some);
  EXPECT_EQ(rest.genuine, Distances({1, 2, 3}));
  EXPECT_EQ(rest.impostor, Distances({5}));
}

uint8_t KindOf(size_t i) {
  return i % 7 == 3 ? kNoScore : i % 3 == 0 ? kGenuineScore : kImpostorScore;
}

// Enough for several threads, and values that lie badly: equal ones, ties, one far away, both signs
// of zero, ranges that no double can hold.
TEST(SortedScores, AnyValuesAreSortedOnAnyNumberOfThreads) {
  constexpr int kCount = 200'000;
  const auto fill = [](int kind, Random& random) {
    std::vector<double> values(kCount);
    for (int i = 0; i < kCount; ++i) {
      double& value = values[static_cast<size_t>(i)];
      value = random.Normal();
      if (kind == 1) value = std::floor(3 * value);
      if (kind == 2) value = 7;
      if (kind == 3) value = i == 99 ? 1e300 : value;
      if (kind == 4) value = i % 2 == 0 ? -1.5e308 : 1.5e308;
      if (kind == 5) value = std::exp(100 * value);
      if (kind == 6) value = i % 3 == 0 ? 0.0 : 5e-324;
    }
    return values;
  };
  for (const char* const threads : {"1", "3"}) {
    setenv("OMP_NUM_THREADS", threads, 1);
    for (int kind = 0; kind < 7; ++kind) {
      Random random(static_cast<uint64_t>(kind));
      std::vector<double> values = fill(kind, random);
      Distances genuine, impostor;
      for (size_t i = 0; i < values.size(); ++i) {
        if (KindOf(i) != kNoScore)
          (KindOf(i) == kGenuineScore ? genuine : impostor).push_back(values[i]);
      }
      const SortedScores chosen = SortedScores::Of(
          values.size(), [&](size_t begin, size_t end, double* distances, uint8_t* kinds) {
            for (size_t i = begin; i < end; ++i) {
              distances[i - begin] = values[i];
              kinds[i - begin] = KindOf(i);
            }
          });
      for (Distances* const list : {&genuine, &impostor}) std::sort(list->begin(), list->end());
      EXPECT_EQ(chosen.genuine, genuine) << kind;
      EXPECT_EQ(chosen.impostor, impostor) << kind;
      SortedScores all;
      all.impostor.assign(values.begin(), values.end());
      all.Sort();
      std::sort(values.begin(), values.end());
      EXPECT_EQ(all.impostor, Distances(values.begin(), values.end())) << kind;
    }
  }
  unsetenv("OMP_NUM_THREADS");
}

}  // namespace
}  // namespace facet
