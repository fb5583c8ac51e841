// Against the formula written out in loops, and numeric gradients in float64.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <memory>

#include "core/api/loss.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Loss> Make(const std::string& options, int64_t dimension, int64_t classes) {
  auto made = facet_plugin_descriptor()->components[0].create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  std::unique_ptr<Loss> loss(static_cast<Loss*>(made->release()));
  EXPECT_TRUE(loss->Initialize(dimension, classes, 7).ok());
  return loss;
}

at::Tensor Labels(std::vector<int64_t> values) { return at::tensor(values, at::kLong); }

// Its learned tensors as float64 with values that matter.
void Randomize(Loss& loss) {
  at::manual_seed(11);
  for (NamedTensor& named : loss.Parameters()) {
    named.tensor.set_data(at::randn(named.tensor.sizes(), at::kDouble));
  }
}

TEST(Softmax, IsTheLogLossOfALinearClassifier) {
  const auto loss = Make("{}", 4, 3);
  Randomize(*loss);
  const at::Tensor x = at::randn({5, 4}, at::kDouble);
  const at::Tensor labels = Labels({2, 0, 1, 1, 2});
  const auto groups = loss->Compute({x, labels, nullptr});
  ASSERT_TRUE(groups.ok()) << groups.status();
  ASSERT_EQ(groups->size(), 1u);
  EXPECT_EQ((*groups)[0].reduction, Reduction::kMean);
  const at::Tensor w = loss->Parameters()[0].tensor, b = loss->Parameters()[1].tensor;
  for (int64_t n = 0; n < 5; ++n) {
    double sum = 0, own = 0;
    for (int64_t c = 0; c < 3; ++c) {
      double score = b[c].item<double>();
      for (int64_t d = 0; d < 4; ++d) score += (w[c][d] * x[n][d]).item<double>();
      sum += std::exp(score);
      if (c == labels[n].item<int64_t>()) own = score;
    }
    EXPECT_NEAR((*groups)[0].elements[n].item<double>(), std::log(sum) - own, 1e-12);
  }
}

TEST(Softmax, GradientsAgreeWithDifferences) {
  const auto loss = Make("{}", 4, 3);
  Randomize(*loss);
  at::Tensor x = at::randn({5, 4}, at::kDouble);
  x.set_requires_grad(true);
  const at::Tensor labels = Labels({2, 0, 1, 1, 2});
  const auto value = [&] { return (*loss->Compute({x, labels, nullptr}))[0].elements.sum(); };
  value().backward();
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> tensors = {x};
  for (const NamedTensor& named : loss->Parameters()) tensors.push_back(named.tensor);
  constexpr double kStep = 1e-6;
  for (const at::Tensor& tensor : tensors) {
    at::Tensor flat = tensor.detach().view({-1});
    const at::Tensor gradient = tensor.grad().reshape({-1});
    for (int64_t i = 0; i < flat.numel(); ++i) {
      const double old = flat[i].item<double>();
      flat[i].fill_(old + kStep);
      const double above = value().item<double>();
      flat[i].fill_(old - kStep);
      const double below = value().item<double>();
      flat[i].fill_(old);
      // Central differences: error of the order of kStep^2 plus rounding of 1e-16 / kStep.
      EXPECT_NEAR(gradient[i].item<double>(), (above - below) / (2 * kStep), 1e-8);
    }
  }
}

TEST(Softmax, ScoresAreTheLogits) {
  const auto loss = Make("{}", 2, 3);
  Randomize(*loss);
  const at::Tensor x = at::randn({4, 2}, at::kDouble);
  const auto scores = loss->Scores(x);
  ASSERT_TRUE(scores.has_value());
  const at::Tensor w = loss->Parameters()[0].tensor, b = loss->Parameters()[1].tensor;
  EXPECT_TRUE(at::allclose(*scores, x.mm(w.t()) + b));
}

TEST(Softmax, DrawsThePapersOrKaimingsWeights) {
  // Standard deviation of the estimate: sigma / sqrt(2 n), n = 64,000; bound at 5 of them.
  const auto paper = Make("{}", 640, 100);
  EXPECT_NEAR(paper->Parameters()[0].tensor.std().item<double>(), 0.01, 0.01 * 0.014);
  const auto kaiming = Make(R"({"init": "kaiming"})", 640, 100);
  const double expected = std::sqrt(2.0 / 640);
  EXPECT_NEAR(kaiming->Parameters()[0].tensor.std().item<double>(), expected, expected * 0.014);
  EXPECT_EQ(paper->Parameters()[1].tensor.abs().sum().item<double>(), 0.0);
  EXPECT_TRUE(
      at::equal(paper->Parameters()[0].tensor, Make("{}", 640, 100)->Parameters()[0].tensor));
}

TEST(Softmax, RefusesWhatDoesNotFit) {
  const auto loss = Make("{}", 2, 3);
  const auto wrong_label = loss->Compute({at::zeros({1, 2}), Labels({3}), nullptr});
  EXPECT_THAT(std::string(wrong_label.status().message()), HasSubstr("label 3 is outside [0, 3)"));
  const auto wrong_size = loss->Compute({at::zeros({1, 5}), Labels({0}), nullptr});
  EXPECT_THAT(std::string(wrong_size.status().message()), HasSubstr("[N, 2]"));
  auto made = facet_plugin_descriptor()->components[0].create("{}");
  EXPECT_THAT(std::string(static_cast<Loss&>(**made).Initialize(2, 1, 0).message()),
              HasSubstr("at least two identities, got 1"));
}

TEST(Softmax, TakesAnEmptyBatch) {
  const auto loss = Make("{}", 2, 3);
  const auto groups = loss->Compute({at::zeros({0, 2}), Labels({}), nullptr});
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_EQ((*groups)[0].elements.numel(), 0);
}

}  // namespace
}  // namespace facet
