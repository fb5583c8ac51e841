// The gradient of a batch, whole and from parts, with a network and a loss of a few lines.
#include "core/training/objective.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

// tanh(W x), perhaps with dropout; a buffer counts the forward passes of training.
class Layer : public Architecture {
 public:
  explicit Layer(bool dropout) : dropout_(dropout) {
    weight_ = at::linspace(-1, 1, 36).view({3, 12}).clone().set_requires_grad(true);
    count_ = at::zeros({1});
  }
  NetworkInput input() const override {
    NetworkInput input;
    input.size_px = 2;
    return input;
  }
  int64_t dimension() const override { return 3; }
  void Initialize(uint64_t) override {}
  at::Tensor Forward(const at::Tensor& images, bool training) override {
    if (training) count_.add_(1);
    at::Tensor x = images.reshape({images.size(0), -1});
    if (dropout_ && training) x = x * at::rand({images.size(0), 1}).gt(0.5);
    return at::tanh(x.matmul(weight_.t()));
  }
  std::vector<NamedTensor> Parameters() override { return {{"weight", weight_}}; }
  std::vector<NamedTensor> Buffers() override { return {{"count", count_}}; }

  at::Tensor weight_, count_;

 private:
  const bool dropout_;
};

// No sum over samples: the squared distance of the batch's mean from what is learned.
class OfTheMean : public Loss {
 public:
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override {
    rows_.push_back(input.embeddings.size(0));
    const at::Tensor distance = (input.embeddings.mean(0) - target_).square().sum();
    return std::vector<LossGroup>{{"l", distance.reshape({1})}};
  }
  std::vector<NamedTensor> Parameters() override { return {{"target", target_}}; }

  at::Tensor target_ = at::full({3}, 0.25).set_requires_grad(true);
  std::vector<int64_t> rows_;
};

Batch TenImages() {
  Batch batch;
  Random random(1);
  for (int i = 0; i < 10 * 12; ++i) {
    batch.pixels.push_back(static_cast<float>(random.Uniform(-1, 1)));
  }
  for (int i = 0; i < 10; ++i) batch.labels.push_back(i % 2);
  return batch;
}

struct Outcome {
  double loss = 0;
  at::Tensor weight, target;  // gradients
  double passes = 0;
  std::vector<int64_t> rows;
};

Outcome Differentiated(int64_t micro_batch, bool dropout = false, uint64_t seed = 5) {
  Layer layer(dropout);
  OfTheMean loss;
  Objective objective({layer, loss, nullptr, "layer", "loss", ""}, micro_batch, {}, {});
  const absl::StatusOr<Objective::Value> value = objective.Differentiate(TenImages(), 0, seed);
  EXPECT_TRUE(value.ok()) << value.status();
  EXPECT_FALSE(value->embeddings.requires_grad());
  return {value->loss, layer.weight_.grad(), loss.target_.grad(), layer.count_.item<double>(),
          loss.rows_};
}

TEST(Objective, PartsGiveTheGradientOfTheWhole) {
  const Outcome whole = Differentiated(0);
  for (const int64_t micro_batch : {1, 3, 5, 9}) {
    const Outcome parts = Differentiated(micro_batch);
    // A dozen roundings of 6e-8 in another order.
    EXPECT_NEAR(parts.loss, whole.loss, 1e-6 * whole.loss) << micro_batch;
    EXPECT_TRUE(at::allclose(parts.weight, whole.weight, 1e-5, 1e-6)) << micro_batch;
    EXPECT_TRUE(at::allclose(parts.target, whole.target, 1e-5, 1e-6)) << micro_batch;
    EXPECT_EQ(parts.rows, std::vector<int64_t>{10}) << "the loss sees the batch once";
    EXPECT_EQ(parts.passes, std::ceil(10.0 / static_cast<double>(micro_batch)))
        << "the second pass does not count in running statistics";
  }
  EXPECT_EQ(Differentiated(10).passes, 1);
}

TEST(Objective, BothPassesDrawAlike) {
  const Outcome a = Differentiated(3, /*dropout=*/true), b = Differentiated(3, true);
  EXPECT_TRUE(at::equal(a.weight, b.weight));
  EXPECT_FALSE(at::equal(a.weight, Differentiated(3, true, /*seed=*/6).weight));
  // The gradient fits the loss: a small step down it lowers the loss as it says.
  Layer layer(true);
  OfTheMean loss;
  Objective objective({layer, loss, nullptr, "layer", "loss", ""}, 3, {}, {});
  layer.weight_.detach().sub_(a.weight, 1e-3);
  const double after = objective.Differentiate(TenImages(), 0, 5)->loss;
  const double expected = 1e-3 * a.weight.square().sum().item<double>();
  EXPECT_NEAR(a.loss - after, expected, 0.02 * expected);  // of second order
}

TEST(Objective, ALossThatIsNotReadHasTheSameGradient) {
  for (const int64_t micro_batch : {0, 4}) {
    const Outcome read = Differentiated(micro_batch);
    Layer layer(false);
    OfTheMean loss;
    Objective objective({layer, loss, nullptr, "layer", "loss", ""}, micro_batch, {}, {},
                        /*reads_losses=*/false);
    const Objective::Value value = *objective.Differentiate(TenImages(), 0, 5);
    EXPECT_EQ(value.loss, 0);
    EXPECT_EQ(value.unread.item<double>(), read.loss);
    EXPECT_FALSE(value.unread.requires_grad());
    EXPECT_TRUE(at::equal(layer.weight_.grad(), read.weight));
  }
}

TEST(Objective, ALossThatIsNotFiniteHasNoGradient) {
  for (const int64_t micro_batch : {0, 4}) {
    Layer layer(false);
    OfTheMean loss;
    loss.target_.detach().fill_(std::nanf(""));
    Objective objective({layer, loss, nullptr, "layer", "loss", ""}, micro_batch, {}, {});
    EXPECT_TRUE(std::isnan(objective.Differentiate(TenImages(), 0, 5)->loss));
    EXPECT_FALSE(layer.weight_.grad().defined());
  }
}

TEST(Objective, AFrozenNetworkLeavesTheLossToLearn) {
  Layer layer(false);
  layer.weight_.set_requires_grad(false);
  OfTheMean loss;
  Objective objective({layer, loss, nullptr, "layer", "loss", ""}, 4, {}, {});
  ASSERT_TRUE(objective.Differentiate(TenImages(), 0, 5).ok());
  EXPECT_FALSE(layer.weight_.grad().defined());
  EXPECT_TRUE(at::allclose(loss.target_.grad(), Differentiated(0).target, 1e-5, 1e-6));
}

// Pairs of the sum of products, by num_anchors where it is told of them; and what it was given.
std::vector<LossGroup> ProductsOf(const LossInput& input, int64_t num_anchors) {
  const at::Tensor& x = input.embeddings;
  const at::Tensor products = x.narrow(0, 0, num_anchors).mm(x.t());
  const at::Tensor negative =
      input.labels.narrow(0, 0, num_anchors).unsqueeze(1).ne(input.labels.unsqueeze(0));
  if (input.tuples == nullptr) {
    return {{"l", products.masked_select(negative), Reduction::kSum}};
  }
  const Tuples& t = *input.tuples;
  return {{"l",
           products.reshape({-1}).index_select(0, t.negative_first * x.size(0) + t.negative_second),
           Reduction::kSum}};
}

struct Seen {
  int64_t rows = 0, num_anchors = -1, tuples = -1;  // of the last call; tuples -1: none were given
};

template <class Base>
class Products : public Base {
 public:
  explicit Products(Seen* seen) : seen_(seen) {}
  TupleKind takes() const override { return TupleKind::kPairs; }
  bool needs_miner() const override { return false; }

 protected:
  std::vector<LossGroup> Of(const LossInput& input, int64_t num_anchors) const {
    *seen_ = {input.labels.numel(), num_anchors,
              input.tuples == nullptr ? -1 : input.tuples->negative_first.numel()};
    return ProductsOf(input, num_anchors);
  }

 private:
  Seen* const seen_;
};

class PlainProducts final : public Products<Loss> {
 public:
  using Products::Products;
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override {
    return Of(input, input.labels.numel());
  }
};

class AnchorProducts final : public Products<AnchorLoss> {
 public:
  using Products::Products;
  absl::StatusOr<std::vector<LossGroup>> ComputeAnchors(const LossInput& input,
                                                        int64_t num_anchors) override {
    return Of(input, num_anchors);
  }
};

// Negative pairs of its anchors but the first, and says that it skipped nobody.
Tuples NegativesOf(const at::Tensor& labels, int64_t num_anchors, Seen* seen) {
  *seen = {labels.numel(), num_anchors, -1};
  const at::Tensor pairs =
      labels.narrow(0, 1, num_anchors - 1).unsqueeze(1).ne(labels.unsqueeze(0)).nonzero();
  Tuples tuples;
  tuples.kind = TupleKind::kPairs;
  tuples.positive_first = tuples.positive_second = at::empty({0}, at::kLong);
  tuples.negative_first = pairs.select(1, 0) + 1;
  tuples.negative_second = pairs.select(1, 1);
  return tuples;
}

class PlainMiner final : public Miner {
 public:
  explicit PlainMiner(Seen* seen) : seen_(seen) {}
  TupleKind makes() const override { return TupleKind::kPairs; }
  absl::StatusOr<Tuples> Mine(const at::Tensor&, const at::Tensor& labels, uint64_t) override {
    return NegativesOf(labels, labels.numel(), seen_);
  }

 private:
  Seen* const seen_;
};

class MinerOfAnchors final : public AnchorMiner {
 public:
  explicit MinerOfAnchors(Seen* seen) : seen_(seen) {}
  TupleKind makes() const override { return TupleKind::kPairs; }
  absl::StatusOr<Tuples> MineAnchors(const at::Tensor&, const at::Tensor& labels,
                                     int64_t num_anchors, uint64_t) override {
    return NegativesOf(labels, num_anchors, seen_);
  }

 private:
  Seen* const seen_;
};

struct MemoryStep {
  double loss = 0;
  at::Tensor gradient;
  Seen loss_saw, miner_saw;
  int64_t skipped = 0;
};

// A batch of 10 beside a memory of 6.
MemoryStep StepWithMemory(bool anchor_loss, bool miner, bool anchor_miner) {
  MemoryStep step;
  Layer layer(false);
  PlainProducts plain_loss(&step.loss_saw);
  AnchorProducts loss_of_anchors(&step.loss_saw);
  PlainMiner plain_miner(&step.miner_saw);
  MinerOfAnchors miner_of_anchors(&step.miner_saw);
  ObjectiveParts parts = {layer,   anchor_loss ? static_cast<Loss&>(loss_of_anchors) : plain_loss,
                          nullptr, "layer",
                          "loss",  "miner"};
  if (anchor_loss) parts.anchor_loss = &loss_of_anchors;
  if (miner && anchor_miner) parts.miner = parts.anchor_miner = &miner_of_anchors;
  if (miner && !anchor_miner) parts.miner = &plain_miner;
  MemorySettings memory;
  memory.size = 6;
  Objective objective(parts, 0, memory, {});
  objective.memory().Push(at::linspace(-1, 1, 18).view({6, 3}), at::arange(6, at::kLong));
  const auto value = objective.Differentiate(TenImages(), 5000, 5);
  EXPECT_TRUE(value.ok()) << value.status();
  if (value.ok()) step.loss = value->loss;
  step.gradient = layer.weight_.grad();
  step.skipped = objective.TakeSkipped();
  return step;
}

// Who tells anchors from references is told of them; of others the host keeps, or lists, the tuples
// that begin in the batch. It comes to the same.
TEST(Objective, WithAMemoryTheBatchIsTheAnchors) {
  for (const bool miner : {false, true}) {
    const MemoryStep plain = StepWithMemory(false, miner, false);
    EXPECT_EQ(plain.loss_saw.rows, 16);
    EXPECT_EQ(plain.loss_saw.num_anchors, 16);
    EXPECT_GT(plain.loss_saw.tuples, 0);
    for (const bool anchor_loss : {false, true}) {
      for (const bool anchor_miner : {false, true}) {
        const MemoryStep step = StepWithMemory(anchor_loss, miner, anchor_miner);
        // A hundred products in another order.
        EXPECT_NEAR(step.loss, plain.loss, 1e-5 * (1 + std::abs(plain.loss)));
        EXPECT_TRUE(at::allclose(step.gradient, plain.gradient, 1e-4, 1e-5));
        EXPECT_EQ(step.loss_saw.num_anchors, anchor_loss ? 10 : 16);
        EXPECT_EQ(step.loss_saw.tuples, anchor_loss && !miner ? -1 : plain.loss_saw.tuples);
        if (!miner) continue;
        EXPECT_EQ(step.miner_saw.rows, 16);
        EXPECT_EQ(step.miner_saw.num_anchors, anchor_miner ? 10 : 16);
        EXPECT_EQ(step.skipped, 1) << "image 0, whatever the miner counts";
      }
    }
  }
}

}  // namespace
}  // namespace facet
