// Each layer against loops over its definition in float64.
#include "plugins/architectures/layers.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>

#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor Normal(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed));
}

// The value at [n][c][y][x], 0 outside the image.
double At(const at::Tensor& x, int64_t n, int64_t c, int64_t row, int64_t column) {
  if (row < 0 || column < 0 || row >= x.size(2) || column >= x.size(3)) return 0;
  return x[n][c][row][column].item<double>();
}

void ExpectNear(const at::Tensor& got, const at::Tensor& expected) {
  ASSERT_EQ(got.sizes(), expected.sizes());
  // float32 sums of up to 54 products near 1.
  EXPECT_TRUE(at::allclose(got.to(at::kDouble), expected, 1e-5, 1e-5))
      << (got.to(at::kDouble) - expected).abs().max();
}

at::Tensor NaiveConvolution(const at::Tensor& x, const Convolution& layer) {
  const int64_t out = layer.weight.size(0), per_group = layer.weight.size(1);
  const int64_t kernel = layer.weight.size(2);
  const int64_t side = (x.size(2) + 2 * layer.padding - kernel) / layer.stride + 1;
  at::Tensor y = at::zeros({x.size(0), out, side, side}, at::kDouble);
  for (int64_t n = 0; n < x.size(0); ++n) {
    for (int64_t o = 0; o < out; ++o) {
      const int64_t first = o / (out / layer.groups) * per_group;
      for (int64_t p = 0; p < side * side; ++p) {
        double sum = layer.bias.defined() ? layer.bias[o].item<double>() : 0;
        for (int64_t c = 0; c < per_group; ++c) {
          for (int64_t k = 0; k < kernel * kernel; ++k) {
            const int64_t row = p / side * layer.stride + k / kernel - layer.padding;
            const int64_t column = p % side * layer.stride + k % kernel - layer.padding;
            sum += layer.weight[o][c][k / kernel][k % kernel].item<double>() *
                   At(x, n, first + c, row, column);
          }
        }
        y[n][o][p / side][p % side] = sum;
      }
    }
  }
  return y;
}

TEST(Layers, ConvolutionIsItsDefinition) {
  const at::NoGradGuard no_grad;
  const ConvolutionShape shapes[] = {{4, 6, 3, 1, 1, 1, true},
                                     {4, 6, 3, 2, 1, 2, true},   // groups
                                     {4, 4, 3, 1, 1, 4, false},  // depthwise
                                     {4, 5, 1, 2, 0, 1, false},
                                     {4, 4, 5, 1, 0, 4, false}};  // the whole map
  for (const ConvolutionShape& shape : shapes) {
    LayerList layers(InitialWeights::Normal(1.0));
    const Convolution layer = layers.AddConvolution("conv", shape, 0.5);
    layers.Initialize(3);
    const at::Tensor x = Normal({2, 4, 5, 5}, 1);
    const at::Tensor expected = NaiveConvolution(x, layer);
    ExpectNear(layer(x), expected);
    ExpectNear(layer(x.contiguous(at::MemoryFormat::ChannelsLast)), expected);
  }
}

TEST(Layers, PReluIsItsDefinition) {
  const at::NoGradGuard no_grad;
  LayerList layers(InitialWeights::Kaiming());
  const PRelu layer = layers.AddPRelu("prelu", 3);
  EXPECT_EQ(layer.weight.min().item<float>(), 0.25f);  // He et al.
  layer.weight.detach().copy_(at::tensor({0.25f, -1.0f, 2.0f}));
  const at::Tensor x = Normal({2, 3, 2, 2}, 2);
  at::Tensor expected = x.to(at::kDouble);
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t c = 0; c < 3; ++c) {
      for (int64_t p = 0; p < 4; ++p) {
        const double value = At(x, n, c, p / 2, p % 2);
        expected[n][c][p / 2][p % 2] = value > 0 ? value : layer.weight[c].item<double>() * value;
      }
    }
  }
  ExpectNear(layer(x), expected);
  ExpectNear(layer(x.contiguous(at::MemoryFormat::ChannelsLast)), expected);
}

TEST(Layers, ResponseNormIsThePapersFormula) {
  ResponseNorm layer;
  layer.alpha = 0.1;  // the paper's 1e-4 would hide a wrong window
  const at::Tensor x = Normal({2, 7, 2, 2}, 3);
  at::Tensor expected = at::zeros_like(x, at::kDouble);
  for (int64_t n = 0; n < 2; ++n) {
    for (int64_t i = 0; i < 7; ++i) {
      for (int64_t p = 0; p < 4; ++p) {
        double sum = 0;
        for (int64_t j = std::max<int64_t>(0, i - 2); j <= std::min<int64_t>(6, i + 2); ++j) {
          sum += std::pow(At(x, n, j, p / 2, p % 2), 2);
        }
        expected[n][i][p / 2][p % 2] = At(x, n, i, p / 2, p % 2) / std::pow(2.0 + 0.1 * sum, 0.75);
      }
    }
  }
  ExpectNear(layer(x), expected);
}

struct Moments {
  double mean = 0, variance = 0, unbiased = 0;
};

Moments MomentsOf(const at::Tensor& x, int64_t channel) {
  Moments moments;
  double count = 0;
  for (int64_t n = 0; n < x.size(0); ++n) {
    for (int64_t p = 0; p < x.size(2) * x.size(3); ++p, ++count) {
      moments.mean += At(x, n, channel, p / x.size(3), p % x.size(3));
    }
  }
  moments.mean /= count;
  for (int64_t n = 0; n < x.size(0); ++n) {
    for (int64_t p = 0; p < x.size(2) * x.size(3); ++p) {
      moments.variance +=
          std::pow(At(x, n, channel, p / x.size(3), p % x.size(3)) - moments.mean, 2);
    }
  }
  moments.unbiased = moments.variance / (count - 1);
  moments.variance /= count;
  return moments;
}

TEST(Layers, BatchNormUsesTheBatchInTrainingAndWhatItKeptElse) {
  const at::NoGradGuard no_grad;
  LayerList layers(InitialWeights::Kaiming());
  const BatchNorm layer = layers.AddBatchNorm("bn", 2);
  layer.weight.detach().copy_(at::tensor({2.0f, -0.5f}));
  layer.bias.detach().copy_(at::tensor({1.0f, 3.0f}));
  const at::Tensor x = 3 * Normal({3, 2, 2, 2}, 4) + 5;
  const auto scaled = [&](const double mean[2], const double variance[2]) {
    at::Tensor y = x.to(at::kDouble);
    for (int64_t c = 0; c < 2; ++c) {
      const double factor = layer.weight[c].item<double>() / std::sqrt(variance[c] + 1e-5);
      y.select(1, c).sub_(mean[c]).mul_(factor).add_(layer.bias[c].item<double>());
    }
    return y;
  };
  const Moments first = MomentsOf(x, 0), second = MomentsOf(x, 1);
  const double mean[2] = {first.mean, second.mean};
  const double variance[2] = {first.variance, second.variance};
  ExpectNear(layer(x, /*training=*/true), scaled(mean, variance));
  // A tenth of the way from 0 and 1.
  const double kept_mean[2] = {0.1 * first.mean, 0.1 * second.mean};
  const double kept_variance[2] = {0.9 + 0.1 * first.unbiased, 0.9 + 0.1 * second.unbiased};
  for (int64_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(layer.running_mean[c].item<double>(), kept_mean[c], 1e-5);
    EXPECT_NEAR(layer.running_var[c].item<double>(), kept_variance[c], 1e-5);
  }
  const at::Tensor before = layer.running_var.clone();
  ExpectNear(layer(x, /*training=*/false), scaled(kept_mean, kept_variance));
  EXPECT_TRUE(at::equal(before, layer.running_var));
}

// Against the two layers one after the other, which BatchNorm's tests hold to their formula.
TEST(Layers, AConvolutionAndItsNormAreOneOrTwo) {
  for (const bool bias : {false, true}) {
    LayerList layers(InitialWeights::Kaiming());
    ConvolutionShape shape{4, 6, 3, /*stride=*/2, /*padding=*/1, /*groups=*/2};
    shape.bias = bias;
    const Convolution convolution = layers.AddConvolution("conv", shape, /*bias=*/0.7);
    const BatchNorm norm = layers.AddBatchNorm("bn", 6);
    layers.Initialize(3);
    const at::Tensor x = Normal({2, 4, 7, 6}, 8);
    norm.weight.detach().copy_(Normal({6}, 9));
    norm.bias.detach().copy_(Normal({6}, 10));
    norm.running_mean.copy_(Normal({6}, 11));
    norm.running_var.copy_(Normal({6}, 12).abs());
    const at::Tensor mean = norm.running_mean.clone();
    ExpectNear(ConvolveNormalized(convolution, norm, x, /*training=*/false),
               norm(convolution(x), false).to(at::kDouble));
    EXPECT_TRUE(at::equal(norm.running_mean, mean));
    const at::Tensor out = ConvolveNormalized(convolution, norm, x, /*training=*/true);
    EXPECT_FALSE(at::equal(norm.running_mean, mean));
    EXPECT_TRUE(at::equal(out, norm(convolution(x), true)));
  }
}

TEST(Layers, BatchNormOfOneValuePerChannelKeepsItsStatistics) {
  LayerList layers(InitialWeights::Kaiming());
  const BatchNorm layer = layers.AddBatchNorm("bn", 3);
  layer.running_mean.copy_(at::tensor({1.0f, 2.0f, 3.0f}));
  const at::Tensor x = Normal({1, 3, 1, 1}, 5).requires_grad_(true);
  const at::Tensor out = layer(x, /*training=*/true);
  EXPECT_TRUE(at::equal(out, layer(x, /*training=*/false)));
  EXPECT_TRUE(at::equal(layer.running_mean, at::tensor({1.0f, 2.0f, 3.0f})));
  out.sum().backward();
  EXPECT_TRUE(layer.weight.grad().defined());
  EXPECT_TRUE(at::isfinite(x.grad()).all().item<bool>());
}

TEST(Layers, BatchNormInBfloat16KeepsFloat32Statistics) {
  for (const bool training : {false, true}) {
    LayerList layers(InitialWeights::Kaiming());
    const BatchNorm layer = layers.AddBatchNorm("bn", 4);
    const at::Tensor x = Normal({8, 4, 3, 3}, 6) + 0.5;
    const at::Tensor exact = layer(x, training).detach();
    const at::Tensor mean = layer.running_mean.clone();
    layer.running_mean.zero_();
    layer.running_var.fill_(1.0);
    for (const NamedTensor& named : layers.parameters()) {
      at::Tensor(named.tensor).set_data(named.tensor.detach().to(at::kBFloat16));
    }
    const at::Tensor rounded = x.to(at::kBFloat16).requires_grad_(true);
    const at::Tensor out = layer(rounded, training);
    EXPECT_EQ(out.scalar_type(), at::kBFloat16);
    // Two roundings of 2^-9, to values of up to 4.
    EXPECT_TRUE(at::allclose(out.to(at::kFloat), exact, 0, 4 * 2 * 0x1p-8));
    // Rounding errors of 2^-9 average out over 72 values.
    EXPECT_TRUE(at::allclose(layer.running_mean, mean, 0, 1e-3));
    EXPECT_EQ(layer.running_mean.scalar_type(), at::kFloat);
    (out * out).sum().backward();
    EXPECT_TRUE(at::isfinite(rounded.grad()).all().item<bool>());
    EXPECT_EQ(layer.weight.grad().scalar_type(), at::kBFloat16);
  }
}

TEST(Layers, InitialWeightsHaveTheirDeviationAndSeed) {
  const auto make = [](InitialWeights initial, uint64_t seed) {
    LayerList layers(initial);
    const Convolution conv = layers.AddConvolution("conv", {64, 64, 3, 1, 1, 1, true}, 1.0);
    layers.Initialize(seed);
    EXPECT_EQ(conv.bias.min().item<float>(), 1.0f);
    return conv.weight.detach();
  };
  // 36,864 values: the estimate's deviation is at most 0.4 %; bound at 5 of them.
  const double fan_in = 64 * 9;
  EXPECT_NEAR(make(InitialWeights::Normal(0.1), 1).std().item<double>(), 0.1, 2e-3);
  EXPECT_NEAR(make(InitialWeights::Kaiming(), 1).std().item<double>() * std::sqrt(fan_in / 2), 1,
              2e-2);
  const at::Tensor xavier = make(InitialWeights::Xavier(), 1);
  EXPECT_NEAR(xavier.std().item<double>() * std::sqrt(fan_in), 1, 2e-2);
  EXPECT_LE(xavier.abs().max().item<double>(), std::sqrt(3 / fan_in) + 1e-7);
  EXPECT_TRUE(at::equal(xavier, make(InitialWeights::Xavier(), 1)));
  EXPECT_FALSE(at::equal(xavier, make(InitialWeights::Xavier(), 2)));
}

TEST(Layers, AScaleThatIsNotLearnedIsABuffer) {
  LayerList layers(InitialWeights::Kaiming());
  layers.AddBatchNorm("bn", 2, /*learned_scale=*/false);
  std::vector<std::string> names;
  for (const NamedTensor& named : layers.parameters()) names.push_back(named.name);
  EXPECT_EQ(names, std::vector<std::string>{"bn.bias"});
  names.clear();
  for (const NamedTensor& named : layers.buffers()) names.push_back(named.name);
  EXPECT_EQ(names, (std::vector<std::string>{"bn.weight", "bn.running_mean", "bn.running_var"}));
}

TEST(Layers, ScaledChannelsAreWholeUnits) {
  EXPECT_EQ(ScaledChannels(0.25, 64), 16);
  EXPECT_EQ(ScaledChannels(0.001, 64), 1);
  EXPECT_EQ(ScaledChannels(0.3, 96, 2), 28);  // 28.8
  EXPECT_EQ(ScaledChannels(0.01, 96, 2), 2);
}

}  // namespace
}  // namespace facet
