// Distances against values by hand; lists against loops. What is refused: the tests of the miners.
#include "plugins/miners/batch_distances.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

BatchDistances Of(const at::Tensor& x, const std::vector<int64_t>& labels,
                  const std::string& distance, bool normalize) {
  auto batch =
      BatchDistances::Of(x, at::tensor(labels, at::kLong), x.size(0), {distance, normalize});
  EXPECT_TRUE(batch.ok()) << batch.status();
  return *std::move(batch);
}

TEST(BatchDistances, AreThoseOfTheirNames) {
  const at::Tensor x = at::tensor({3.0, 4.0, 0.0, 2.0, -6.0, -8.0, 0.0, 0.0}).view({4, 2});
  const std::vector<int64_t> labels = {0, 0, 0, 0};
  // Nearly 1e-15: a few roundings of float64 at values up to 225.
  const double eps = 1e-12;
  const BatchDistances l2 = Of(x, labels, "l2", false);
  EXPECT_NEAR(l2(0, 1), std::sqrt(13.0), eps);
  EXPECT_NEAR(l2(0, 2), 15, eps);
  EXPECT_NEAR(l2(0, 3), 5, eps);
  EXPECT_EQ(l2(2, 2), 0);
  const BatchDistances squared = Of(x, labels, "squared_l2", false);
  EXPECT_NEAR(squared(0, 1), 13, eps);
  EXPECT_NEAR(squared(2, 0), 225, eps);
  const BatchDistances unit = Of(x, labels, "l2", true);
  EXPECT_NEAR(unit(0, 1), std::sqrt(0.6 * 0.6 + 0.2 * 0.2), eps);
  EXPECT_NEAR(unit(0, 2), 2, eps);
  EXPECT_NEAR(unit(0, 3), 1, eps);  // a zero vector stays zero
  for (const bool normalize : {false, true}) {
    const BatchDistances cosine = Of(x, labels, "cosine", normalize);
    EXPECT_NEAR(cosine(0, 1), 1 - 0.8, eps);
    EXPECT_NEAR(cosine(0, 2), 2, eps);
    EXPECT_NEAR(cosine(0, 3), 1, eps);
    EXPECT_GE(cosine(0, 0), 0);
  }
}

TEST(BatchDistances, EqualAndNearlyEqualPointsAreExact) {
  // The expansion |x|^2 - 2xy + |y|^2 would give 0 or noise of 1e-5 here.
  const at::Tensor x = at::tensor({1000.0, 1000.0, 1000.0 + 0x1p-20}).view({3, 1});
  const BatchDistances batch = Of(x, {0, 0, 1}, "l2", false);
  EXPECT_EQ(batch(0, 1), 0);
  EXPECT_EQ(batch(0, 2), 0x1p-20);
}

TEST(BatchDistances, NamesCandidatesInOrder) {
  const at::Tensor x = at::tensor({0.0, 2.0, -2.0, 1.0, 5.0, -5.0}).view({6, 1});
  const BatchDistances batch = Of(x, {4, 9, 4, 4, 9, 9}, "l2", false);
  EXPECT_EQ(batch.size(), 6);
  EXPECT_THAT(batch.Positives(0), ElementsAre(2, 3));
  EXPECT_THAT(batch.Negatives(0), ElementsAre(1, 4, 5));
  EXPECT_TRUE(batch.Same(0, 2));
  EXPECT_FALSE(batch.Same(0, 1));
  EXPECT_EQ(batch.View(0).Nearest(batch.Positives(0)), 3);
  EXPECT_EQ(batch.View(0).Nearest(batch.Negatives(0)), 1);
  EXPECT_EQ(batch.View(0).Farthest(batch.Negatives(0)), 4);  // 5 is as far
  EXPECT_EQ(batch.View(0).Nearest({}), -1);
  EXPECT_EQ(batch.View(0).Farthest({}), -1);
}

TEST(BatchDistances, ReadsAnyLayout) {
  at::manual_seed(1);
  const at::Tensor x = at::randn({5, 7}).t();
  const at::Tensor labels = at::arange(14, at::kLong).remainder(3).slice(0, 0, 14, 2);
  const auto strided = BatchDistances::Of(x, labels, 7, {"l2", false});
  const auto plain = BatchDistances::Of(x.contiguous(), labels.contiguous(), 7, {"l2", false});
  ASSERT_TRUE(strided.ok() && plain.ok());
  for (int64_t i = 0; i < 7; ++i) {
    EXPECT_EQ(strided->Positives(i), plain->Positives(i));
    for (int64_t j = 0; j < 7; ++j) EXPECT_EQ((*strided)(i, j), (*plain)(i, j));
  }
}

TEST(BatchDistances, OfAnchorsAreRowsOfTheWhole) {
  at::manual_seed(2);
  const at::Tensor x = at::randn({9, 3});
  const std::vector<int64_t> labels = {0, 1, 2, 1, 0, 3, 3, 4, 0};
  const at::Tensor tensor = at::tensor(labels, at::kLong);
  const BatchDistances whole = Of(x, labels, "l2", false);
  const auto anchors = BatchDistances::Of(x, tensor, 3, {"l2", false});
  const auto both =
      BatchDistances::Of(x, tensor, 3, {"l2", false}, MeasuredFrom::kAnchorsAndPositives);
  ASSERT_TRUE(anchors.ok() && both.ok());
  EXPECT_EQ(anchors->num_anchors(), 3);
  EXPECT_EQ(anchors->size(), 9);
  EXPECT_THAT(anchors->PositivePairs(),
              ElementsAre(IndexPair(0, 4), IndexPair(0, 8), IndexPair(1, 3)));
  EXPECT_EQ(anchors->NegativePairs().size(), 6U + 7U + 8U);
  for (int64_t j = 0; j < 9; ++j) {
    for (const int64_t i : {0, 1, 2}) EXPECT_EQ((*anchors)(i, j), whole(i, j));
    for (const int64_t i : {0, 1, 2, 3, 4, 8}) EXPECT_EQ((*both)(i, j), whole(i, j));
  }
}

std::vector<int64_t> Values(const at::Tensor& tensor) {
  return {tensor.data_ptr<int64_t>(), tensor.data_ptr<int64_t>() + tensor.numel()};
}

TEST(TupleLists, BuildTensorsAndCountWhoIsMissing) {
  const at::Tensor x = at::zeros({5, 2});
  TripletList triplets;
  triplets.Add(3, 1, 4);
  triplets.Add(3, 0, 4);
  const Tuples three = triplets.Build(x, 5);
  EXPECT_EQ(three.kind, TupleKind::kTriplets);
  EXPECT_THAT(Values(three.anchors), ElementsAre(3, 3));
  EXPECT_THAT(Values(three.positives), ElementsAre(1, 0));
  EXPECT_THAT(Values(three.negatives), ElementsAre(4, 4));
  EXPECT_EQ(three.num_skipped, 4);

  PairList pairs;
  pairs.AddPositive(1, 2);
  pairs.AddNegative(0, 4);
  pairs.AddNegative(1, 3);
  const Tuples two = pairs.Build(x, 4);
  EXPECT_EQ(two.kind, TupleKind::kPairs);
  EXPECT_THAT(Values(two.positive_first), ElementsAre(1));
  EXPECT_THAT(Values(two.positive_second), ElementsAre(2));
  EXPECT_THAT(Values(two.negative_first), ElementsAre(0, 1));
  EXPECT_THAT(Values(two.negative_second), ElementsAre(4, 3));
  EXPECT_EQ(two.num_skipped, 2);

  const Tuples none = TripletList().Build(at::zeros({0, 2}), 0);
  EXPECT_THAT(Values(none.anchors), IsEmpty());
  EXPECT_EQ(none.anchors.scalar_type(), at::kLong);
  EXPECT_EQ(none.num_skipped, 0);
}

}  // namespace
}  // namespace facet
