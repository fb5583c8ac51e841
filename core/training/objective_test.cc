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

}  // namespace
}  // namespace facet
