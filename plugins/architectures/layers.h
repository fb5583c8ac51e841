// Layers of networks, with tensors that have names and a rule for their initial values.
//
//   LayerList layers(InitialWeights::Kaiming());
//   const Convolution conv = layers.AddConvolution("conv1", {3, 64, 3});
//   const BatchNorm norm = layers.AddBatchNorm("bn1", 64);
//   layers.Initialize(seed);
//   at::Tensor y = norm(conv(x), training).relu_();
//
// A layer is a handful of handles on tensors: copying one shares them. Images are [N, C, H, W], in
// any memory format; learned tensors and images have one floating type, buffers stay float32.
#ifndef FACET_PLUGINS_ARCHITECTURES_LAYERS_H_
#define FACET_PLUGINS_ARCHITECTURES_LAYERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/api/architecture.h"

namespace facet {

// How weights are drawn. Fan-in: inputs of one output value.
struct InitialWeights {
  enum class Rule { kNormal, kKaiming, kXavier, kPyTorch };
  Rule rule = Rule::kNormal;
  double deviation = 0.01;  // of kNormal

  static InitialWeights Normal(double deviation) { return {Rule::kNormal, deviation}; }
  // N(0, 2 / fan-in): He et al., arXiv:1502.01852, equation 10.
  static InitialWeights Kaiming() { return {Rule::kKaiming, 0}; }
  // Uniform with the variance 1 / fan-in: what Caffe calls xavier.
  static InitialWeights Xavier() { return {Rule::kXavier, 0}; }
  // Uniform in +-1 / sqrt(fan-in), biases too: what PyTorch's layers begin with if nothing is said
  // (kaiming_uniform_ with a = sqrt(5)).
  static InitialWeights PyTorch() { return {Rule::kPyTorch, 0}; }
};

struct ConvolutionShape {
  int64_t in = 0, out = 0, kernel = 3;  // channels; side [px]
  int64_t stride = 1, padding = 0, groups = 1;
  bool bias = false;
};

struct Convolution {
  at::Tensor weight, bias;  // [out, in / groups, k, k]; [out], or undefined
  int64_t stride = 1, padding = 0, groups = 1;
  at::Tensor operator()(const at::Tensor& x) const;
};

struct Linear {
  at::Tensor weight, bias;                           // [out, in], [out]
  at::Tensor operator()(const at::Tensor& x) const;  // [N, in]
};

// x where it is positive, slope * x elsewhere; a slope per channel (He et al., arXiv:1502.01852).
struct PRelu {
  at::Tensor weight;  // [C]
  at::Tensor operator()(const at::Tensor& x) const;
};

// Batch normalisation (Ioffe and Szegedy, arXiv:1502.03167) of [N, C, ...]. Training: by the
// batch's mean and variance, which move the running ones by a tenth of the way (the variance with
// n - 1 in its denominator); else by the running ones. One value per channel has no variance: a
// batch of one image at 1x1 is normalised by the running ones, and they stay.
struct BatchNorm {
  at::Tensor weight, bias;               // [C]
  at::Tensor running_mean, running_var;  // [C], float32
  at::Tensor operator()(const at::Tensor& x, bool training) const;
};

// norm(convolution(x)). Not in training one convolution does both, with the running statistics in its
// weights: equal up to rounding, without the passes over its output.
at::Tensor ConvolveNormalized(const Convolution& convolution, const BatchNorm& norm,
                              const at::Tensor& x, bool training);

// a / (k + alpha * sum of a^2 over `size` adjacent channels)^beta: Krizhevsky et al. 2012, section
// 3.3. alpha multiplies the sum, not the mean.
struct ResponseNorm {
  int64_t size = 5;  // odd
  double k = 2.0, alpha = 1e-4, beta = 0.75;
  at::Tensor operator()(const at::Tensor& x) const;
};

class LayerList {
 public:
  explicit LayerList(InitialWeights initial) : initial_(initial) {}
  // Of the layers that are added from here on.
  void SetInitial(InitialWeights initial) { initial_ = initial; }

  // Names get ".weight", ".bias", ".running_mean", ".running_var". Biases begin at `bias`, but for
  // those of PyTorch().
  Convolution AddConvolution(const std::string& name, const ConvolutionShape& shape,
                             double bias = 0.0);
  Linear AddLinear(const std::string& name, int64_t in, int64_t out, double bias = 0.0);
  PRelu AddPRelu(const std::string& name, int64_t channels, double slope = 0.25);
  // learned_scale = false: the scale is 1 and a buffer.
  BatchNorm AddBatchNorm(const std::string& name, int64_t channels, bool learned_scale = true);

  // Each tensor has a random stream of its own, derived from its name.
  void Initialize(uint64_t seed);
  const std::vector<NamedTensor>& parameters() const { return parameters_; }
  const std::vector<NamedTensor>& buffers() const { return buffers_; }

 private:
  struct Drawn {
    NamedTensor named;
    InitialWeights initial;
    int64_t fan_in = 0;
  };
  at::Tensor Learned(const std::string& name, at::IntArrayRef shape, double value);
  at::Tensor LearnedWeight(const std::string& name, at::IntArrayRef shape, int64_t fan_in);
  at::Tensor LearnedBias(const std::string& name, int64_t size, int64_t fan_in, double value);
  at::Tensor Buffer(const std::string& name, int64_t size, double value);

  InitialWeights initial_;
  std::vector<NamedTensor> parameters_, buffers_;
  std::vector<Drawn> drawn_;
};

// `channels` times a width factor, rounded to a multiple of `unit`, at least one unit.
int64_t ScaledChannels(double width, int64_t channels, int64_t unit = 1);

}  // namespace facet

#endif  // FACET_PLUGINS_ARCHITECTURES_LAYERS_H_
