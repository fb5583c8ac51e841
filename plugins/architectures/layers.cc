#include "plugins/architectures/layers.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace facet {
namespace {

constexpr double kEpsilon = 1e-5;  // added to variances
constexpr double kMomentum = 0.1;  // share of the batch in the running statistics

}  // namespace

at::Tensor Convolution::operator()(const at::Tensor& x) const {
  return at::conv2d(x, weight, bias, stride, padding, /*dilation=*/1, groups);
}

at::Tensor Linear::operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }

at::Tensor PRelu::operator()(const at::Tensor& x) const { return at::prelu(x, weight); }

at::Tensor BatchNorm::operator()(const at::Tensor& x, bool training) const {
  const bool of_batch = training && x.numel() > x.size(1);
  // Scale and shift in the statistics' type: LibTorch takes them so beside bfloat16 images too.
  const at::ScalarType type = running_mean.scalar_type();
  return at::batch_norm(x, weight.to(type), bias.to(type), running_mean, running_var, of_batch,
                        kMomentum, kEpsilon, /*cudnn_enabled=*/true);
}

at::Tensor ConvolveNormalized(const Convolution& convolution, const BatchNorm& norm,
                              const at::Tensor& x, bool training) {
  if (training) return norm(convolution(x), training);
  const at::ScalarType type = x.scalar_type();
  const at::Tensor scale = norm.weight.to(at::kFloat) * (norm.running_var + kEpsilon).rsqrt();
  at::Tensor shift = norm.bias.to(at::kFloat) - norm.running_mean * scale;
  if (convolution.bias.defined()) shift = shift + convolution.bias.to(at::kFloat) * scale;
  Convolution both = convolution;
  both.weight = (convolution.weight.to(at::kFloat) * scale.view({-1, 1, 1, 1})).to(type);
  both.bias = shift.to(type);
  return both(x);
}

at::Tensor ResponseNorm::operator()(const at::Tensor& x) const {
  // float32: alpha * a^2 is lost beside k in bfloat16.
  const at::Tensor squares = x.to(at::kFloat).square();
  const int64_t reach = size / 2, channels = x.size(1);
  const at::Tensor padded = at::constant_pad_nd(squares, {0, 0, 0, 0, reach, reach});
  at::Tensor sum = padded.narrow(1, 0, channels);
  for (int64_t i = 1; i < size; ++i) sum = sum + padded.narrow(1, i, channels);
  return x * (k + alpha * sum).pow(-beta).to(x.scalar_type());
}

Convolution LayerList::AddConvolution(const std::string& name, const ConvolutionShape& shape,
                                      double bias) {
  Convolution layer;
  const int64_t per_group = shape.in / shape.groups;
  const int64_t fan_in = per_group * shape.kernel * shape.kernel;
  layer.weight =
      LearnedWeight(name + ".weight", {shape.out, per_group, shape.kernel, shape.kernel}, fan_in);
  if (shape.bias) layer.bias = LearnedBias(name + ".bias", shape.out, fan_in, bias);
  layer.stride = shape.stride;
  layer.padding = shape.padding;
  layer.groups = shape.groups;
  return layer;
}

Linear LayerList::AddLinear(const std::string& name, int64_t in, int64_t out, double bias) {
  Linear layer;
  layer.weight = LearnedWeight(name + ".weight", {out, in}, in);
  layer.bias = LearnedBias(name + ".bias", out, in, bias);
  return layer;
}

PRelu LayerList::AddPRelu(const std::string& name, int64_t channels, double slope) {
  return {Learned(name + ".weight", {channels}, slope)};
}

BatchNorm LayerList::AddBatchNorm(const std::string& name, int64_t channels, bool learned_scale) {
  BatchNorm layer;
  layer.weight = learned_scale ? Learned(name + ".weight", {channels}, 1.0)
                               : Buffer(name + ".weight", channels, 1.0);
  layer.bias = Learned(name + ".bias", {channels}, 0.0);
  layer.running_mean = Buffer(name + ".running_mean", channels, 0.0);
  layer.running_var = Buffer(name + ".running_var", channels, 1.0);
  return layer;
}

at::Tensor LayerList::Learned(const std::string& name, at::IntArrayRef shape, double value) {
  at::Tensor tensor = at::full(shape, value, at::kFloat);
  tensor.requires_grad_(true);
  parameters_.push_back({name, tensor});
  return tensor;
}

at::Tensor LayerList::LearnedWeight(const std::string& name, at::IntArrayRef shape,
                                    int64_t fan_in) {
  at::Tensor tensor = Learned(name, shape, 0.0);
  drawn_.push_back({parameters_.back(), initial_, fan_in});
  return tensor;
}

at::Tensor LayerList::LearnedBias(const std::string& name, int64_t size, int64_t fan_in,
                                  double value) {
  if (initial_.rule == InitialWeights::Rule::kPyTorch) return LearnedWeight(name, {size}, fan_in);
  return Learned(name, {size}, value);
}

at::Tensor LayerList::Buffer(const std::string& name, int64_t size, double value) {
  at::Tensor tensor = at::full({size}, value, at::kFloat);
  buffers_.push_back({name, tensor});
  return tensor;
}

void LayerList::Initialize(uint64_t seed) {
  for (Drawn& drawn : drawn_) {
    at::Tensor values = drawn.named.tensor.detach();
    const auto fan_in = static_cast<double>(drawn.fan_in);
    Random random(DeriveSeed(seed, drawn.named.name));
    float* const data = values.data_ptr<float>();
    const bool xavier = drawn.initial.rule == InitialWeights::Rule::kXavier;
    const bool uniform = xavier || drawn.initial.rule == InitialWeights::Rule::kPyTorch;
    const bool kaiming = drawn.initial.rule == InitialWeights::Rule::kKaiming;
    const double deviation = kaiming ? std::sqrt(2.0 / fan_in) : drawn.initial.deviation;
    const double bound = std::sqrt((xavier ? 3.0 : 1.0) / fan_in);
    for (int64_t i = 0; i < values.numel(); ++i) {
      data[i] =
          static_cast<float>(uniform ? random.Uniform(-bound, bound) : deviation * random.Normal());
    }
  }
}

int64_t ScaledChannels(double width, int64_t channels, int64_t unit) {
  const double units = width * static_cast<double>(channels) / static_cast<double>(unit);
  return unit * std::max<int64_t>(1, std::llround(units));
}

}  // namespace facet
