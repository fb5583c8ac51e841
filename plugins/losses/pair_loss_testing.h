// What the tests of losses over pairs share: the quantities of their formulas in plain loops, and
// checks that hold for each of them. The golden values are loss_testing.h's, in
// pytorch-metric-learning's form of each loss.
#ifndef FACET_PLUGINS_LOSSES_PAIR_LOSS_TESTING_H_
#define FACET_PLUGINS_LOSSES_PAIR_LOSS_TESTING_H_

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "plugins/losses/loss_testing.h"

namespace facet {

inline std::vector<int64_t> PairLabels() { return {0, 0, 0, 1, 1, 2, 2, 3}; }
inline constexpr int64_t kPairDimension = 3, kPairClasses = 4;
inline at::Tensor PairPoints() { return RandomPoints(8, kPairDimension, 21); }

inline std::unique_ptr<Loss> MakePairLoss(const std::string& options = "{}") {
  return MakeLoss(options, kPairDimension, kPairClasses);
}

// Three quarters of all pairs, not symmetric, some of them twice: what a miner may give.
inline Tuples SomePairs(const std::vector<int64_t>& labels) {
  return PairsOf(labels, [](size_t i, size_t j) {
    return (7 * i + 3 * j) % 4 == 3 ? size_t{0} : 1 + (i + j) % 2;
  });
}

inline Tuples NoPairs() { return AllPairs({}); }

// A batch as the formulas speak of it.
class Loops {
 public:
  Loops(const at::Tensor& points, const Tuples& pairs) : size(points.size(0)) {
    for (int64_t i = 0; i < size; ++i) {
      for (int64_t c = 0; c < points.size(1); ++c) x_.push_back(points[i][c].item<double>());
    }
    dimension_ = points.size(1);
    const auto fill = [](const at::Tensor& first, const at::Tensor& second, auto* set) {
      for (int64_t i = 0; i < first.numel(); ++i) {
        set->insert({first[i].item<int64_t>(), second[i].item<int64_t>()});
      }
    };
    fill(pairs.positive_first, pairs.positive_second, &positive);
    fill(pairs.negative_first, pairs.negative_second, &negative);
  }

  double Dot(int64_t i, int64_t j) const {
    double sum = 0;
    for (int64_t c = 0; c < dimension_; ++c) sum += At(i, c) * At(j, c);
    return sum;
  }
  double Cosine(int64_t i, int64_t j) const { return Dot(i, j) / std::sqrt(Dot(i, i) * Dot(j, j)); }
  double Distance(int64_t i, int64_t j, bool normalize) const {
    const double a = normalize ? std::sqrt(Dot(i, i)) : 1, b = normalize ? std::sqrt(Dot(j, j)) : 1;
    double sum = 0;
    for (int64_t c = 0; c < dimension_; ++c) sum += std::pow(At(i, c) / a - At(j, c) / b, 2);
    return std::sqrt(sum);
  }
  std::vector<int64_t> Positives(int64_t a) const { return Of(positive, a); }
  std::vector<int64_t> Negatives(int64_t a) const { return Of(negative, a); }

  int64_t size;
  std::set<std::pair<int64_t, int64_t>> positive, negative;  // each pair once, in order

 private:
  double At(int64_t i, int64_t c) const { return x_[static_cast<size_t>(i * dimension_ + c)]; }
  static std::vector<int64_t> Of(const std::set<std::pair<int64_t, int64_t>>& pairs, int64_t a) {
    std::vector<int64_t> others;
    for (const auto& [first, second] : pairs) {
      if (first == a) others.push_back(second);
    }
    return others;
  }

  std::vector<double> x_;
  int64_t dimension_ = 0;
};

inline double Mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}
inline double MeanNonZero(std::vector<double> values) {
  values.erase(std::remove(values.begin(), values.end(), 0.0), values.end());
  return Mean(values);
}

// The value, in the given form, for fixtures U and S; the differences go into the test's record.
inline void ExpectGolden(const std::string& options, double golden_u, double golden_s) {
  const auto loss = MakeLoss(options);
  const auto check = [&](const char* fixture, const at::Tensor& points, double golden) {
    const double value = Value(*loss, points, Indices(FixtureLabels()));
    EXPECT_NEAR(value, golden, GoldenTolerance(golden)) << fixture;
    char difference[32];
    std::snprintf(difference, sizeof(difference), "%.1e", value - golden);
    testing::Test::RecordProperty(std::string("difference_") + fixture, difference);
  };
  check("U", FixtureU(), golden_u);
  check("S", FixtureS(), golden_s);
}

// Without tuples, and with a miner's. Both sides are sums of a few dozen terms in float64.
inline void ExpectAgreesWithLoops(const std::string& options,
                                  const std::function<double(const Loops&)>& loops) {
  const auto loss = MakePairLoss(options);
  const at::Tensor x = PairPoints(), labels = Indices(PairLabels());
  const double of_all = loops(Loops(x, AllPairs(PairLabels())));
  ASSERT_GT(of_all, 0) << "nothing is compared";
  EXPECT_NEAR(Value(*loss, x, labels), of_all, 1e-12 * (1 + of_all));
  const Tuples tuples = SomePairs(PairLabels());
  const double of_some = loops(Loops(x, tuples));
  EXPECT_NE(of_some, of_all);
  EXPECT_NEAR(Value(*loss, x, labels, &tuples), of_some, 1e-12 * (1 + of_some));
}

inline void ExpectPairGradientsAgree(const std::string& options) {
  const auto loss = MakePairLoss(options);
  ExpectGradientsAgree(*loss, PairPoints(), Indices(PairLabels()));
  const Tuples tuples = SomePairs(PairLabels());
  ExpectGradientsAgree(*loss, PairPoints(), Indices(PairLabels()), &tuples);
}

// Those that begin with one of the first `num_anchors`.
inline Tuples OfAnchors(Tuples tuples, int64_t num_anchors) {
  const auto keep = [num_anchors](const at::Tensor& first,
                                  const std::vector<at::Tensor*>& columns) {
    if (!first.defined()) return;
    const at::Tensor rows = first.lt(num_anchors).nonzero().view({-1});
    for (at::Tensor* const column : columns) *column = column->index_select(0, rows);
  };
  keep(tuples.anchors, {&tuples.anchors, &tuples.positives, &tuples.negatives});
  keep(tuples.positive_first, {&tuples.positive_first, &tuples.positive_second});
  keep(tuples.negative_first, {&tuples.negative_first, &tuples.negative_second});
  return tuples;
}

// With anchors, elements and gradient are those of the square of all rows for the tuples that begin
// with one; an element of a row that is no anchor, which costs nothing, is not there. `all`: every
// tuple of the labels; `some`: of a miner. Sums of a few dozen terms in another order in float64.
inline void ExpectComparesAnchors(const std::string& options, const Tuples& all,
                                  const Tuples& some) {
  SCOPED_TRACE(options);
  const auto loss = MakePairLoss(options);
  CastParameters(*loss, at::kDouble);
  const Traits traits = Traits::OfBits(facet_plugin_descriptor()->components[0].traits);
  ASSERT_TRUE(traits.Has(Trait::kComparesAnchors) && traits.Has(Trait::kTakesTuples));
  struct Outcome {
    std::vector<at::Tensor> elements;  // that cost something, of each group
    at::Tensor gradient;
  };
  const auto outcome = [&](const Tuples* tuples, int64_t num_anchors) {
    Outcome of;
    const at::Tensor x = PairPoints().set_requires_grad(true);
    const auto groups = static_cast<AnchorLoss&>(*loss).ComputeAnchors(
        {x, Indices(PairLabels()), tuples}, num_anchors);
    EXPECT_TRUE(groups.ok()) << groups.status();
    if (!groups.ok()) return of;
    at::Tensor sum = 0 * x.sum();
    for (const LossGroup& group : *groups) {
      of.elements.push_back(group.elements.masked_select(group.elements.ne(0)).detach());
      sum = sum + group.elements.sum();
    }
    sum.backward();
    of.gradient = x.grad();
    return of;
  };
  const auto size = static_cast<int64_t>(PairLabels().size());
  for (const int64_t num_anchors : {int64_t{0}, int64_t{1}, int64_t{3}, size - 1, size}) {
    SCOPED_TRACE(num_anchors);
    const Tuples of_all = OfAnchors(all, num_anchors), of_some = OfAnchors(some, num_anchors);
    for (const auto& [given, naive] : {std::pair<const Tuples*, const Tuples*>(nullptr, &of_all),
                                       {&of_all, &of_all},
                                       {&of_some, &of_some}}) {
      const Outcome found = outcome(given, num_anchors), expected = outcome(naive, size);
      ASSERT_EQ(found.elements.size(), expected.elements.size());
      for (size_t i = 0; i < found.elements.size(); ++i) {
        EXPECT_TRUE(found.elements[i].sizes() == expected.elements[i].sizes() &&
                    at::allclose(found.elements[i], expected.elements[i], 1e-10, 1e-12))
            << found.elements[i] << expected.elements[i];
      }
      EXPECT_TRUE(at::allclose(found.gradient, expected.gradient, 1e-9, 1e-11));
    }
  }
}

// What holds for every loss over pairs, under any options.
inline void ExpectPairLossHolds(const std::string& options) {
  SCOPED_TRACE(options);
  const auto loss = MakePairLoss(options);
  EXPECT_EQ(loss->takes(), TupleKind::kPairs);
  EXPECT_FALSE(loss->needs_miner());
  const at::Tensor x = PairPoints(), labels = Indices(PairLabels());

  // All pairs given, and none: the same bits; a pair given twice counts once.
  const Tuples all = AllPairs(PairLabels());
  const double value = Value(*loss, x, labels);
  EXPECT_EQ(Value(*loss, x, labels, &all), value);
  Tuples twice = all;
  for (at::Tensor* column : {&twice.positive_first, &twice.positive_second, &twice.negative_first,
                             &twice.negative_second}) {
    *column = at::cat({*column, *column});
  }
  EXPECT_EQ(Value(*loss, x, labels, &twice), value);

  ExpectTypesAgree(*loss, x, labels);
  const Tuples some = SomePairs(PairLabels());
  ExpectTypesAgree(*loss, x, labels, &some);
  ExpectSurvivesDegenerateInput(*loss, kPairDimension);
  ExpectSurvivesDegenerateInput(*loss, kPairDimension, &AllPairs);
  ExpectEmptyBatchCostsNothing(*loss, kPairDimension);
  const Tuples none = NoPairs();
  ExpectEmptyBatchCostsNothing(*loss, kPairDimension, &none);
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    EXPECT_EQ(ExpectFinite(*loss, x.to(type), labels, &none), 0.0) << "no pair costs nothing";
    EXPECT_EQ(ExpectFinite(*loss, x.to(type).slice(0, 0, 1), Indices({0})), 0.0) << "one image";
    ExpectFinite(*loss, x.to(type), Indices({0, 0, 0, 0, 1, 1, 1, 1}), &some);
    ExpectFinite(*loss, x.to(type).slice(0, 0, 4), Indices({0, 1, 2, 3}));  // no positive pair
    ExpectFinite(*loss, 1e5 * x.to(type), labels);
    ExpectFinite(*loss, 1e-20 * x.to(type), labels);
  }

  ExpectComparesAnchors(options, all, some);
  const auto beyond = static_cast<AnchorLoss&>(*loss).ComputeAnchors({x, labels, &all}, 3);
  EXPECT_THAT(std::string(beyond.status().message()),
              testing::HasSubstr("a pair begins with row 6, the first 3 are the anchors"));

  const Tuples triplets = AllTriplets(PairLabels());
  const auto refused = loss->Compute({x, labels, &triplets});
  EXPECT_THAT(std::string(refused.status().message()), testing::HasSubstr("was given triplets"));
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_PAIR_LOSS_TESTING_H_
