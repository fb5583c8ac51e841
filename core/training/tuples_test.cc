// Against loops over lists of tuples.
#include "core/training/tuples.h"

#include <ATen/ATen.h>

#include <array>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::ElementsAre;

using Pair = std::pair<int64_t, int64_t>;
using Triplet = std::array<int64_t, 3>;

at::Tensor Indices(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

Tuples PairsOf(const std::vector<Pair>& positive, const std::vector<Pair>& negative) {
  std::vector<int64_t> columns[4];
  for (const Pair& pair : positive) {
    columns[0].push_back(pair.first);
    columns[1].push_back(pair.second);
  }
  for (const Pair& pair : negative) {
    columns[2].push_back(pair.first);
    columns[3].push_back(pair.second);
  }
  Tuples tuples;
  tuples.kind = TupleKind::kPairs;
  tuples.positive_first = Indices(columns[0]);
  tuples.positive_second = Indices(columns[1]);
  tuples.negative_first = Indices(columns[2]);
  tuples.negative_second = Indices(columns[3]);
  return tuples;
}

std::vector<Pair> ListOf(const at::Tensor& first, const at::Tensor& second) {
  std::vector<Pair> list;
  EXPECT_EQ(first.numel(), second.numel());
  for (int64_t i = 0; i < first.numel(); ++i) {
    list.emplace_back(first[i].item<int64_t>(), second[i].item<int64_t>());
  }
  return list;
}

std::vector<Triplet> ListOf(const Tuples& triplets) {
  std::vector<Triplet> list;
  for (int64_t i = 0; i < triplets.anchors.numel(); ++i) {
    list.push_back({triplets.anchors[i].item<int64_t>(), triplets.positives[i].item<int64_t>(),
                    triplets.negatives[i].item<int64_t>()});
  }
  return list;
}

TEST(ConvertTuples, ATripletIsTwoPairs) {
  Tuples triplets;
  triplets.kind = TupleKind::kTriplets;
  triplets.anchors = Indices({4, 4, 0});
  triplets.positives = Indices({1, 1, 2});
  triplets.negatives = Indices({3, 5, 3});
  triplets.num_skipped = 7;
  const Tuples pairs = ConvertTuples(triplets, TupleKind::kPairs);
  EXPECT_EQ(pairs.kind, TupleKind::kPairs);
  EXPECT_EQ(pairs.num_skipped, 7);
  EXPECT_THAT(ListOf(pairs.positive_first, pairs.positive_second),
              ElementsAre(Pair(4, 1), Pair(4, 1), Pair(0, 2)));
  EXPECT_THAT(ListOf(pairs.negative_first, pairs.negative_second),
              ElementsAre(Pair(4, 3), Pair(4, 5), Pair(0, 3)));
}

TEST(ConvertTuples, PairsOfOneFirstElementCombine) {
  Random random(5);
  std::vector<Pair> positive, negative;
  for (int i = 0; i < 12; ++i) positive.emplace_back(random.Index(5), random.Index(9));
  for (int i = 0; i < 15; ++i) negative.emplace_back(random.Index(6), random.Index(9));
  std::vector<Triplet> expected;
  for (const Pair& p : positive) {
    for (const Pair& n : negative) {
      if (p.first == n.first) expected.push_back({p.first, p.second, n.second});
    }
  }
  ASSERT_GT(expected.size(), 12u);
  Tuples pairs = PairsOf(positive, negative);
  pairs.num_skipped = 3;
  const Tuples triplets = ConvertTuples(pairs, TupleKind::kTriplets);
  EXPECT_EQ(triplets.kind, TupleKind::kTriplets);
  EXPECT_EQ(triplets.num_skipped, 3);
  EXPECT_EQ(triplets.positives.numel(), triplets.anchors.numel());
  EXPECT_EQ(triplets.negatives.numel(), triplets.anchors.numel());
  EXPECT_EQ(ListOf(triplets), expected);
}

TEST(ConvertTuples, NothingGivesNothing) {
  EXPECT_EQ(ConvertTuples(PairsOf({}, {}), TupleKind::kTriplets).anchors.numel(), 0);
  EXPECT_EQ(ConvertTuples(PairsOf({{0, 1}}, {{1, 2}}), TupleKind::kTriplets).anchors.numel(), 0);
  Tuples none;
  none.kind = TupleKind::kTriplets;
  none.anchors = none.positives = none.negatives = Indices({});
  const Tuples pairs = ConvertTuples(none, TupleKind::kPairs);
  EXPECT_EQ(pairs.positive_first.numel() + pairs.negative_second.numel(), 0);
}

TEST(ConvertTuples, LeavesItsOwnKindAlone) {
  const Tuples pairs = PairsOf({{0, 1}}, {{0, 2}});
  const Tuples same = ConvertTuples(pairs, TupleKind::kPairs);
  EXPECT_TRUE(same.positive_second.is_same(pairs.positive_second));
  EXPECT_TRUE(same.negative_first.is_same(pairs.negative_first));
}

}  // namespace
}  // namespace facet
