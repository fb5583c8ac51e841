// Against loops over doubles, and at the edges where the plain formulas give no number.
#include "plugins/losses/pair_matrix.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/api/unit_rows.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plugins/distances/row_distances.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

at::Tensor Indices(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

at::Tensor Random(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kDouble);
}

Tuples Pairs(const std::vector<int64_t>& p1, const std::vector<int64_t>& p2,
             const std::vector<int64_t>& n1, const std::vector<int64_t>& n2) {
  Tuples tuples;
  tuples.kind = TupleKind::kPairs;
  tuples.positive_first = Indices(p1);
  tuples.positive_second = Indices(p2);
  tuples.negative_first = Indices(n1);
  tuples.negative_second = Indices(n2);
  return tuples;
}

bool Finite(const at::Tensor& x) { return at::isfinite(x).all().item<bool>(); }

// The gradient of the sum of f(x) at x.
template <class F>
at::Tensor Gradient(const at::Tensor& at, const F& f) {
  const at::Tensor x = at.clone().set_requires_grad(true);
  f(x).sum().backward();
  return x.grad();
}

TEST(PairBatch, WithoutTuplesTakesEveryPairOfDifferentRows) {
  const std::vector<int64_t> labels = {0, 1, 0, 2, 1, 0};
  const auto batch = PairBatchOf({Random({6, 3}, 1), Indices(labels), nullptr}, 6, false);
  ASSERT_TRUE(batch.ok()) << batch.status();
  for (int64_t i = 0; i < 6; ++i) {
    for (int64_t j = 0; j < 6; ++j) {
      const bool same = labels[static_cast<size_t>(i)] == labels[static_cast<size_t>(j)];
      EXPECT_EQ(batch->positive[i][j].item<bool>(), same && i != j);
      EXPECT_EQ(batch->negative[i][j].item<bool>(), !same);
    }
  }
}

TEST(PairBatch, TakesTheGivenPairsOnceWhateverTheLabels) {
  const Tuples tuples = Pairs({0, 2, 0}, {1, 0, 1}, {1, 1}, {2, 2});
  const auto batch = PairBatchOf({Random({3, 2}, 1), Indices({0, 0, 0}), &tuples}, 3, false);
  ASSERT_TRUE(batch.ok()) << batch.status();
  const auto count = [](const at::Tensor& mask) { return mask.sum().item<int64_t>(); };
  EXPECT_EQ(count(batch->positive), 2);
  EXPECT_TRUE(batch->positive[0][1].item<bool>());
  EXPECT_TRUE(batch->positive[2][0].item<bool>());
  EXPECT_EQ(count(batch->negative), 1);
  EXPECT_TRUE(batch->negative[1][2].item<bool>());
}

TEST(PairBatch, OfAnchorsIsTheFirstRowsOfTheWhole) {
  const std::vector<int64_t> labels = {0, 1, 0, 2, 1, 0};
  const LossInput input = {Random({6, 3}, 1), Indices(labels), nullptr};
  const auto whole = PairBatchOf(input, 6, true);
  for (const int64_t num_anchors : {0, 2, 6}) {
    const auto batch = PairBatchOf(input, num_anchors, true);
    ASSERT_TRUE(batch.ok()) << batch.status();
    EXPECT_TRUE(at::equal(batch->embeddings, whole->embeddings));
    EXPECT_TRUE(at::equal(batch->anchors, whole->embeddings.narrow(0, 0, num_anchors)));
    EXPECT_TRUE(at::equal(batch->positive, whole->positive.narrow(0, 0, num_anchors)));
    EXPECT_TRUE(at::equal(batch->negative, whole->negative.narrow(0, 0, num_anchors)));
    EXPECT_EQ(Distances(*batch).sizes(), (std::vector<int64_t>{num_anchors, 6}));
  }
}

TEST(PairBatch, TakesAnEmptyBatch) {
  const auto batch = PairBatchOf({at::zeros({0, 4}), Indices({}), nullptr}, 0, true);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->positive.sizes(), (std::vector<int64_t>{0, 0}));
}

TEST(PairBatch, NormalisesAndWidens) {
  const at::Tensor x = Random({3, 4}, 2);
  const auto half = PairBatchOf({x.to(at::kBFloat16), Indices({0, 0, 1}), nullptr}, 3, true);
  EXPECT_EQ(half->embeddings.scalar_type(), at::kFloat);
  EXPECT_TRUE(at::allclose(half->embeddings.norm(2, 1), at::ones({3})));
  const auto raw = PairBatchOf({x, Indices({0, 0, 1}), nullptr}, 3, false);
  EXPECT_TRUE(at::equal(raw->embeddings, x));
}

TEST(PairBatch, RefusesWhatDoesNotFit) {
  const auto refusal = [](const LossInput& input) {
    return std::string(PairBatchOf(input, input.labels.numel(), false).status().message());
  };
  const at::Tensor x = at::zeros({2, 2});
  EXPECT_THAT(refusal({x, Indices({0}), nullptr}), HasSubstr("2 dimensions and 1 labels"));
  Tuples tuples = Pairs({0}, {2}, {}, {});
  EXPECT_THAT(refusal({x, Indices({0, 0}), &tuples}), HasSubstr("index 2, the batch has 2 rows"));
  tuples = Pairs({}, {}, {-1}, {0});
  EXPECT_THAT(refusal({x, Indices({0, 0}), &tuples}), HasSubstr("index -1"));
  tuples = Pairs({0, 1}, {1}, {}, {});
  EXPECT_THAT(refusal({x, Indices({0, 0}), &tuples}), HasSubstr("2 first and 1 second"));
  tuples.kind = TupleKind::kTriplets;
  EXPECT_THAT(refusal({x, Indices({0, 0}), &tuples}), HasSubstr("was given triplets"));
}

TEST(UnitRowsOfAnyLength, DividesByTheNormAtEveryScale) {
  const at::Tensor x = Random({4, 3}, 3);
  const at::Tensor unit = x / x.norm(2, 1, true);
  for (const double scale : {1.0, 1e-9, 1e30}) {
    // float32: squares of 1e30 overflow and of 1e-30 vanish if taken as they are. Three roundings
    // of 6e-8 each.
    EXPECT_TRUE(at::allclose(UnitRowsOfAnyLength((scale * x).to(at::kFloat)), unit.to(at::kFloat),
                             0, 3e-7));
    EXPECT_TRUE(at::allclose(UnitRowsOfAnyLength(scale * x), unit, 0, 1e-15));
  }
}

TEST(UnitRowsOfAnyLength, HasTheGradientOfADirection) {
  const at::Tensor x = Random({4, 3}, 3), weight = Random({4, 3}, 4);
  const auto gradient = [&](at::Tensor (*unit)(const at::Tensor&)) {
    return Gradient(x, [&](const at::Tensor& v) { return unit(v) * weight; });
  };
  EXPECT_TRUE(at::allclose(gradient(&UnitRowsOfAnyLength), gradient(&UnitRows), 0, 1e-14));
}

TEST(UnitRowsOfAnyLength, GivesZeroWithoutGradientWhereThereIsNoDirection) {
  const at::Tensor x = at::tensor({0.0, 0.0, 6e-13, -7e-13, 1.0, 2.0}).view({3, 2});
  EXPECT_EQ(UnitRowsOfAnyLength(x).slice(0, 0, 2).abs().sum().item<double>(), 0.0);
  const at::Tensor gradient =
      Gradient(x, [](const at::Tensor& v) { return UnitRowsOfAnyLength(v); });
  EXPECT_EQ(gradient.slice(0, 0, 2).abs().sum().item<double>(), 0.0);
  EXPECT_TRUE(Finite(gradient));
}

TEST(Distances, AgreeWithLoops) {
  const at::Tensor x = Random({5, 3}, 5);
  const at::Tensor d = AnchorDistances(x, 5, false);
  for (int64_t i = 0; i < 5; ++i) {
    for (int64_t j = 0; j < 5; ++j) {
      double sum = 0;
      for (int64_t c = 0; c < 3; ++c) sum += std::pow((x[i][c] - x[j][c]).item<double>(), 2);
      EXPECT_NEAR(d[i][j].item<double>(), std::sqrt(sum), 1e-14);
    }
  }
}

TEST(Distances, KeepSmallOnesInFloat32) {
  const at::Tensor x = at::tensor({1.0f, 1.0f, 1.0f, 1.0f + 1e-5f}).view({2, 2});
  // Through squared norms of 2 the error would be of the order of sqrt(2 * 6e-8) = 3e-4.
  EXPECT_NEAR(AnchorDistances(x, 2, false)[0][1].item<float>(), 1e-5f, 1e-7f);
}

TEST(Distances, HaveAGradientAtZero) {
  const at::Tensor x = at::ones({3, 2}, at::kFloat);
  EXPECT_EQ(Gradient(x, [](const at::Tensor& v) { return AnchorDistances(v, 3, false); })
                .abs()
                .sum()
                .item<float>(),
            0.0f);
  const at::Tensor empty = at::zeros({0, 2});
  EXPECT_EQ(
      Gradient(empty, [](const at::Tensor& v) { return AnchorDistances(v, 0, false); }).numel(), 0);
}

TEST(MaskedLogSumExp, AgreesWithLoops) {
  const at::Tensor values = 3 * Random({4, 6}, 6);
  const at::Tensor mask = Random({4, 6}, 7).gt(0);
  const at::Tensor result = MaskedLogSumExp(values, mask);
  const at::Tensor gradient =
      Gradient(values, [&](const at::Tensor& v) { return MaskedLogSumExp(v, mask); });
  for (int64_t i = 0; i < 4; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < 6; ++j) {
      if (mask[i][j].item<bool>()) sum += std::exp(values[i][j].item<double>());
    }
    ASSERT_GT(sum, 0);
    EXPECT_NEAR(result[i].item<double>(), std::log(sum), 1e-13);
    for (int64_t j = 0; j < 6; ++j) {
      const double share =
          mask[i][j].item<bool>() ? std::exp(values[i][j].item<double>()) / sum : 0.0;
      EXPECT_NEAR(gradient[i][j].item<double>(), share, 1e-14);
    }
  }
}

TEST(MaskedLogSumExp, TakesAnyExponentInFloat32) {
  const at::Tensor values = at::tensor({1e4f, 1e4f, 1e30f, -1e4f, -1e4f, -1e30f}).view({2, 3});
  const at::Tensor mask = at::tensor({1, 1, 0, 1, 1, 0}).to(at::kBool).view({2, 3});
  const at::Tensor result = MaskedLogSumExp(values, mask);
  EXPECT_FLOAT_EQ(result[0].item<float>(), 1e4f + std::log(2.0f));
  EXPECT_FLOAT_EQ(result[1].item<float>(), -1e4f + std::log(2.0f));
  const at::Tensor gradient =
      Gradient(values, [&](const at::Tensor& v) { return MaskedLogSumExp(v, mask); });
  EXPECT_TRUE(at::equal(gradient, 0.5 * mask.to(at::kFloat)));
}

TEST(MaskedLogSumExp, ARowWithoutEntriesIsTheLogOfNothing) {
  const at::Tensor values = at::ones({2, 2});
  const at::Tensor mask = at::tensor({0, 0, 1, 1}).to(at::kBool).view({2, 2});
  EXPECT_FLOAT_EQ(MaskedLogSumExp(values, mask)[0].item<float>(), kLogOfNothing);
  const auto gradient = Gradient(values, [&](const at::Tensor& v) {
    const at::Tensor row = MaskedLogSumExp(v, mask);
    return Softplus(row) + at::relu(row) + at::logaddexp(row, row.flip(0));
  });
  EXPECT_TRUE(Finite(gradient));
  EXPECT_EQ(gradient[0].abs().sum().item<float>(), 0.0f);
  EXPECT_EQ(MaskedLogSumExp(at::zeros({0, 0}), at::zeros({0, 0}, at::kBool)).numel(), 0);
}

TEST(Softplus, IsExactToTheLastDigits) {
  for (const double x : {-700.0, -30.0, 0.0, 1.0, 25.0, 39.0, 41.0, 1000.0}) {
    const double expected = x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    EXPECT_NEAR(Softplus(at::full({}, x, at::kDouble)).item<double>(), expected, 4e-16 * expected);
  }
}

TEST(ReductionNamed, KnowsTheThree) {
  EXPECT_EQ(ReductionNamed("mean"), Reduction::kMean);
  EXPECT_EQ(ReductionNamed("mean_nonzero"), Reduction::kMeanNonZero);
  EXPECT_EQ(ReductionNamed("sum"), Reduction::kSum);
}

}  // namespace
}  // namespace facet
