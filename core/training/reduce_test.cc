// Reductions by their definitions, and which losses and miners go together.
#include "core/training/reduce.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

class FakeLoss final : public Loss {
 public:
  FakeLoss(TupleKind takes, bool needs_miner) : takes_(takes), needs_miner_(needs_miner) {}
  TupleKind takes() const override { return takes_; }
  bool needs_miner() const override { return needs_miner_; }
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput&) override {
    return std::vector<LossGroup>();
  }

 private:
  const TupleKind takes_;
  const bool needs_miner_;
};

class FakeMiner final : public Miner {
 public:
  FakeMiner(TupleKind makes, MinerScope scope) : makes_(makes), scope_(scope) {}
  TupleKind makes() const override { return makes_; }
  MinerScope scope() const override { return scope_; }

 private:
  const TupleKind makes_;
  const MinerScope scope_;
};

std::string Refusal(const Loss& loss, const Miner* miner, MinerScope scope = MinerScope::kBatch) {
  return std::string(CheckMiner(loss, miner, scope, "train").message());
}

TEST(CheckMiner, ALossThatNeedsNoneMayGoWithoutInABatch) {
  EXPECT_EQ(Refusal(FakeLoss(TupleKind::kPairs, false), nullptr), "");
  EXPECT_EQ(Refusal(FakeLoss(TupleKind::kNone, false), nullptr), "");
  EXPECT_THAT(Refusal(FakeLoss(TupleKind::kTriplets, true), nullptr),
              HasSubstr("train.loss takes triplets, but there is no train.miner"));
  EXPECT_THAT(Refusal(FakeLoss(TupleKind::kPairs, false), nullptr, MinerScope::kEpoch),
              HasSubstr("takes pairs, but there is no train.miner to make them; add one that mines "
                        "an epoch (facet plugins list --kind miner)"));
}

TEST(CheckMiner, PairsAndTripletsServeEachOther) {
  for (const TupleKind takes : {TupleKind::kPairs, TupleKind::kTriplets}) {
    for (const TupleKind makes : {TupleKind::kPairs, TupleKind::kTriplets}) {
      const FakeMiner miner(makes, MinerScope::kBatch);
      EXPECT_EQ(Refusal(FakeLoss(takes, true), &miner), "");
      EXPECT_EQ(Refusal(FakeLoss(takes, false), &miner), "");
    }
  }
}

TEST(CheckMiner, RefusesWhatDoesNotGoTogether) {
  const FakeMiner batch(TupleKind::kTriplets, MinerScope::kBatch);
  const FakeMiner epoch(TupleKind::kPairs, MinerScope::kEpoch);
  const FakeMiner nothing(TupleKind::kNone, MinerScope::kBatch);
  EXPECT_THAT(Refusal(FakeLoss(TupleKind::kNone, false), &batch),
              HasSubstr("train.loss takes no tuples, train.miner makes triplets"));
  EXPECT_THAT(Refusal(FakeLoss(TupleKind::kPairs, false), &epoch),
              HasSubstr("train.miner mines an epoch, train needs one that mines a batch (facet "
                        "plugins list --kind miner)"));
  EXPECT_THAT(Refusal(FakeLoss(TupleKind::kPairs, false), &batch, MinerScope::kEpoch),
              HasSubstr("train.miner mines a batch, train needs one that mines an epoch"));
  EXPECT_THAT(Refusal(FakeLoss(TupleKind::kPairs, true), &nothing),
              HasSubstr("train.loss takes pairs, train.miner makes none"));
}

LossGroup Group(const std::vector<double>& elements, Reduction reduction) {
  LossGroup group;
  group.name = "fake";
  group.elements = at::tensor(elements, at::kDouble);
  group.reduction = reduction;
  return group;
}

TEST(ReduceGroups, AddsTheGroupsByTheirReductions) {
  const auto value =
      ReduceGroups({Group({1, 0, 5}, Reduction::kMean), Group({1, 0, 5}, Reduction::kMeanNonZero),
                    Group({1, 0, 5}, Reduction::kSum)});
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_DOUBLE_EQ(value->item<double>(), 2 + 3 + 6);
}

TEST(ReduceGroups, NothingIsZeroWithAGradient) {
  for (const Reduction reduction : {Reduction::kMean, Reduction::kMeanNonZero, Reduction::kSum}) {
    for (const bool empty : {true, false}) {
      const at::Tensor x = at::full({3}, -1.0, at::kDouble).set_requires_grad(true);
      LossGroup group = Group({}, reduction);
      group.elements = at::relu(empty ? x.slice(0, 0, 0) : x);
      const auto value = ReduceGroups({group});
      ASSERT_TRUE(value.ok()) << value.status();
      EXPECT_EQ(value->item<double>(), 0.0);
      value->backward();
      EXPECT_EQ(x.grad().abs().sum().item<double>(), 0.0);
    }
  }
}

TEST(ReduceGroups, RefusesWhatIsNoVector) {
  EXPECT_EQ(ReduceGroups({}).status().code(), absl::StatusCode::kInternal);
  LossGroup group = Group({}, Reduction::kMean);
  group.elements = at::zeros({});
  EXPECT_THAT(std::string(ReduceGroups({group}).status().message()),
              HasSubstr("group \"fake\" is no vector"));
}

TEST(Reduce, AveragesOrAddsAndTakesNothingAsZero) {
  const at::Tensor values = at::tensor({0.0f, 1.0f, 3.0f, 0.0f});
  const auto of = [&](Reduction reduction) {
    return ReduceGroups({{"g", values, reduction}})->item<float>();
  };
  EXPECT_EQ(of(Reduction::kMean), 1.0f);
  EXPECT_EQ(of(Reduction::kMeanNonZero), 2.0f);
  EXPECT_EQ(of(Reduction::kSum), 4.0f);
  EXPECT_EQ(ReduceGroups({{"a", values, Reduction::kSum}, {"b", values, Reduction::kMean}})
                ->item<float>(),
            5.0f);
  for (const Reduction reduction : {Reduction::kMean, Reduction::kMeanNonZero, Reduction::kSum}) {
    at::Tensor x = at::ones({3});
    x.set_requires_grad(true);
    const at::Tensor loss = *ReduceGroups({{"empty", x.slice(0, 0, 0), reduction}});
    EXPECT_EQ(loss.item<float>(), 0.0f);
    loss.backward();
    EXPECT_EQ(x.grad().abs().sum().item<float>(), 0.0f);
  }
  EXPECT_FALSE(ReduceGroups({}).ok());
  EXPECT_FALSE(ReduceGroups({{"matrix", at::ones({2, 2}), Reduction::kMean}}).ok());
}

}  // namespace
}  // namespace facet
