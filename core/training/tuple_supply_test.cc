#include "core/training/tuple_supply.h"

#include <cmath>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// All triples of an anchor, another image of its identity, and one of another, tried out.
bool Naive(const std::vector<int64_t>& labels, int64_t num_anchors) {
  const auto size = static_cast<int64_t>(labels.size());
  const auto label = [&](int64_t i) { return labels[static_cast<size_t>(i)]; };
  for (int64_t a = 0; a < num_anchors; ++a) {
    for (int64_t p = 0; p < size; ++p) {
      for (int64_t n = 0; n < size; ++n) {
        if (a != p && label(a) == label(p) && label(a) != label(n)) return true;
      }
    }
  }
  return false;
}

TEST(TupleSupply, AgreesWithTryingAllTriples) {
  Random random(2);
  for (int i = 0; i < 500; ++i) {
    std::vector<int64_t> labels(1 + random.Index(6));
    const uint64_t identities = 1 + random.Index(8);
    for (int64_t& label : labels) label = static_cast<int64_t>(random.Index(identities));
    const auto anchors = static_cast<int64_t>(1 + random.Index(labels.size()));
    EXPECT_EQ(CanHaveTuples(labels, anchors), Naive(labels, anchors));
  }
}

// Against all batches of a small set.
TEST(TupleSupply, ExpectedPairsAreTheMeanOverAllBatches) {
  const std::vector<int64_t> labels = {0, 0, 0, 1, 1, 2, 3};
  for (const int batch : {2, 3, 5, 7}) {
    double pairs = 0, batches = 0;
    for (unsigned set = 0; set < 1u << labels.size(); ++set) {
      if (__builtin_popcount(set) != batch) continue;
      ++batches;
      for (size_t i = 0; i < labels.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
          pairs += (set >> i & set >> j & 1) != 0 && labels[i] == labels[j] ? 1 : 0;
        }
      }
    }
    EXPECT_NEAR(ExpectedPairs({3, 2, 1, 1}, batch), pairs / batches, 1e-12) << batch;
  }
  EXPECT_EQ(ExpectedPairs({1, 1, 1}, 64), 0);
  EXPECT_EQ(ExpectedPairs({}, 64), 0);
}

// 300 people of two images: a batch of k has no pair with probability prod (600 - 2 i) / (600 - i).
TEST(TupleSupply, SharesAreThoseOfChance) {
  std::vector<int64_t> labels, order;
  for (int64_t i = 0; i < 600; ++i) {
    labels.push_back(i / 2);
    order.push_back(i);
  }
  Random random(1);
  for (const int64_t batch : {4, 20, 60}) {
    TupleSupply supply = SupplyOf(labels, batch);
    while (supply.batches < 4000) {
      random.Shuffle(order);
      AddEpoch(labels, order, &supply);
    }
    double none = 1;
    for (int64_t i = 0; i < batch; ++i) {
      none *= static_cast<double>(600 - 2 * i) / static_cast<double>(600 - i);
    }
    EXPECT_NEAR(supply.share_without(), none, 4 * 0.5 / std::sqrt(4000.0)) << batch;
    EXPECT_EQ(supply.with_several, 300);
  }
}

// An image that comes twice in a batch, against trying out all pairs of places.
TEST(TupleSupply, AnImageWithItselfIsNoPair) {
  Random random(3);
  const std::vector<int64_t> labels = {0, 0, 1, 2, 3, 3};
  for (int i = 0; i < 300; ++i) {
    std::vector<int64_t> order(1 + random.Index(6));
    for (int64_t& image : order) image = static_cast<int64_t>(random.Index(labels.size()));
    TupleSupply supply = SupplyOf(labels, 6);
    AddEpoch(labels, order, &supply);
    bool differ = false, two = false, any = false;
    int64_t pairs = 0, itself = 0;
    for (size_t a = 0; a < order.size(); ++a) {
      for (size_t b = 0; b < order.size(); ++b) {
        const auto label = [&](size_t at) { return labels[static_cast<size_t>(order[at])]; };
        differ = differ || label(a) != label(b);
        if (a == b || label(a) != label(b)) continue;
        any = true;
        two = two || order[a] != order[b];
        ++pairs;
        itself += order[a] == order[b] ? 1 : 0;
      }
    }
    EXPECT_EQ(supply.without, differ && two ? 0 : 1);
    EXPECT_EQ(supply.of_itself, differ && any && !two ? 1 : 0);
    EXPECT_EQ(supply.pairs, pairs / 2);
    EXPECT_EQ(supply.pairs_of_itself, itself / 2);
  }
}

std::string Cure(int64_t identities, int64_t images, int64_t batch) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < identities * images; ++i) labels.push_back(i / images);
  return CureOf(SupplyOf(labels, batch));
}

TEST(TupleSupply, TheCureFitsBatchAndIdentities) {
  EXPECT_EQ(Cure(300, 2, 64), "use train.sampler = { use = \"identities\", images = 2 }");
  EXPECT_EQ(Cure(10, 9, 60), "use train.sampler = { use = \"identities\", images = 6 }");
  EXPECT_THAT(Cure(300, 3, 9), HasSubstr("images = 3 }"));
  EXPECT_THAT(Cure(300, 2, 9), HasSubstr("images = 2 } with train.batch = 10"));
  EXPECT_THAT(Cure(10, 2, 60), HasSubstr("images = 2 } with train.batch = 20"));
  EXPECT_THAT(Cure(300, 2, 7), HasSubstr("images = 2 } with train.batch = 8"));
  EXPECT_THAT(Cure(3, 2, 7), HasSubstr("images = 2 } with train.batch = 6"));
  EXPECT_THAT(Cure(300, 2, 1), HasSubstr("images = 2 } with train.batch = 4"));
  EXPECT_THAT(Cure(300, 1, 64), HasSubstr("no sampler makes a pair"));
}

// So many identities with two images, and others with one.
std::string CureOfMixed(int64_t with_two, int64_t with_one, int64_t batch) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < with_two; ++i) labels.insert(labels.end(), 2, i);
  for (int64_t i = 0; i < with_one; ++i) labels.push_back(with_two + i);
  return CureOf(SupplyOf(labels, batch));
}

TEST(TupleSupply, TheCureShowsNoImageTwiceWherePairsSuffice) {
  const std::string alone =
      "use train.sampler = { use = \"identities\", images = 2, few_images = \"leave_out\" }";
  EXPECT_EQ(CureOfMixed(40, 260, 64), alone);
  EXPECT_EQ(CureOfMixed(32, 1, 64), alone);
  EXPECT_EQ(CureOfMixed(5, 295, 64), alone + " with train.batch = 10");
  EXPECT_EQ(CureOfMixed(40, 260, 7), alone + " with train.batch = 8");
  EXPECT_EQ(CureOfMixed(20, 5, 64), alone + " with train.batch = 40");
  EXPECT_THAT(CureOfMixed(1, 299, 64), HasSubstr("no more than one identity has two"));
}

}  // namespace
}  // namespace facet
