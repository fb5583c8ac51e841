// Against the same hinges of a matrix of all distances.
#include "plugins/losses/distance_hinges.h"

#include <ATen/ATen.h>

#include <limits>

#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor RandomRows(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kDouble);
}

// Clusters of three: within one, distances of about 0.4; between two, of at least 3, but about 1
// from every seventh to the one before.
at::Tensor Clusters(int64_t size) {
  const at::Tensor numbers = at::arange(size, at::kLong).floor_divide(3);
  at::Tensor centres = 3 * RandomRows({size, 24}, 1);
  for (int64_t i = 7; i < size; i += 7) {
    centres[i].copy_(centres[i - 1] + 0.2 * RandomRows({24}, static_cast<uint64_t>(i)));
  }
  return centres.index_select(0, numbers) + 0.06 * RandomRows({size, 24}, 2);
}

std::vector<std::vector<PairTerm>> AllTerms(const PairBatch& batch) {
  return {{CostlyHingesOf(batch.positive, 1, 0.3, false),
           CostlyHingesOf(batch.negative, -1, 1.1, true)},
          {HingesOf(batch.positive, 1, 0, true), HingesOf(batch.negative, -1, 1, false)},
          {CostlyHingesOf(batch.negative, -1, 0, true)}};
}

void ExpectThoseOfAll(const at::Tensor& given, int64_t num_anchors, const at::Tensor& labels) {
  const auto batch_of = [&](const at::Tensor& x) {
    return *PairBatchOf({x, labels, nullptr}, num_anchors, false);
  };
  for (size_t i = 0; i < AllTerms(batch_of(given)).size(); ++i) {
    SCOPED_TRACE(i);
    std::vector<at::Tensor> taken[2];
    at::Tensor gradients[2];
    for (const int few : {0, 1}) {
      const at::Tensor x = given.clone().set_requires_grad(true);
      const PairBatch batch = batch_of(x);
      const std::vector<PairTerm> terms = AllTerms(batch)[i];
      if (few == 1) {
        const auto found = TakeFewDistanceHinges(batch, terms, batch.positive.numel() / 2);
        ASSERT_TRUE(found.has_value());
        taken[1] = *found;
      } else {
        taken[0] = TakeTerms(Distances(batch), terms);
      }
      at::Tensor sum = 0 * x.sum();
      for (const at::Tensor& term : taken[few]) {
        sum = sum + (term * at::arange(1, term.numel() + 1, term.options())).sum();
      }
      sum.backward();
      gradients[few] = x.grad();
    }
    for (size_t k = 0; k < taken[0].size(); ++k) EXPECT_TRUE(at::equal(taken[0][k], taken[1][k]));
    const double tolerance = given.scalar_type() == at::kDouble ? 1e-12 : 1e-5;
    EXPECT_TRUE(at::allclose(gradients[1], gradients[0], tolerance,
                             tolerance * gradients[0].abs().max().item<double>()));
    EXPECT_TRUE(i > 0 || taken[0][1].numel() > 0);
  }
}

// Several blocks of products, anchors that are all and some.
TEST(DistanceHinges, OfFewAreThoseOfAll) {
  const at::Tensor x = Clusters(700), labels = at::arange(700, at::kLong).floor_divide(3);
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const int64_t num_anchors : {700, 300}) {
      SCOPED_TRACE(num_anchors);
      ExpectThoseOfAll(x.to(type), num_anchors, labels);
    }
  }
}

// Rows far from the origin: rough distances are off by more than the margin.
TEST(DistanceHinges, AreExactWhereProductsAreNot) {
  const at::Tensor labels = at::arange(60, at::kLong).floor_divide(3);
  const at::Tensor x = (Clusters(60) + 3000).to(at::kFloat);
  const auto batch = PairBatchOf({x, labels, nullptr}, 60, false);
  const std::vector<PairTerm> terms = {CostlyHingesOf(batch->negative, -1, 1.1, false)};
  const auto few = TakeFewDistanceHinges(*batch, terms, 3600);
  ASSERT_TRUE(few.has_value());
  EXPECT_TRUE(at::equal((*few)[0], TakeTerms(Distances(*batch), terms)[0]));
}

TEST(DistanceHinges, ManyOrNoNumbersAreLeftToAll) {
  const at::Tensor labels = at::arange(60, at::kLong).floor_divide(3);
  const auto few = [&](const at::Tensor& x, double margin) {
    const auto batch = PairBatchOf({x, labels, nullptr}, 60, false);
    return TakeFewDistanceHinges(*batch, {CostlyHingesOf(batch->negative, -1, margin, false)}, 200)
        .has_value();
  };
  at::Tensor x = Clusters(60);
  EXPECT_TRUE(few(x, 0.1));
  EXPECT_FALSE(few(x, 100));
  x[3].fill_(std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(few(x, 0.1));
  x[3].fill_(1e200);
  EXPECT_FALSE(few(x, 0.1));
}

}  // namespace
}  // namespace facet
