// A small convolutional network: `layers` times a convolution of 3 x 3 px and stride 2 with ReLU,
// each with twice the channels of the one before, then the mean of each channel and a linear layer.
//
// In:  images [N, 3, input_px, input_px], any floating type, RGB, mean subtracted, over 64.
// Out: [N, dimension].
// Learns: conv1.weight, conv1.bias, ..., fc.weight, fc.bias; weights from N(0, 2 / fan-in), biases 0.
// Errors: none.
// Source: none; initial weights: He et al., arXiv:1502.01852, equation 10.
// Example:  architecture = { use = "new_architecture", input_px = 32, channels = 16, dimension = 64 }
#include <ATen/ATen.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/architecture.h"
#include "core/base/random.h"

namespace {

using facet::NamedTensor;

struct Options {
  int64_t input_px = 32;
  int64_t layers = 3;
  int64_t channels = 16;
  int64_t dimension = 64;

  void Visit(facet::OptionVisitor& v) {
    v("input_px", input_px, facet::Range(1, 1024), "side of the input [px]");
    v("layers", layers, facet::Range(1, 8), "convolutions");
    v("channels", channels, facet::Range(1, 1024), "of the first convolution");
    v("dimension", dimension, facet::AtLeast(1), "of the descriptor");
  }
};

class NewArchitecture final : public facet::Architecture {
 public:
  explicit NewArchitecture(const Options& options) : options_(options) {
    int64_t in = 3, out = options.channels;
    for (int64_t layer = 1; layer <= options.layers; ++layer, in = out, out *= 2) {
      Add(absl::StrCat("conv", layer), {out, in, 3, 3});
    }
    Add("fc", {options.dimension, in});
  }

  facet::NetworkInput input() const override {
    facet::NetworkInput input;  // no mean: the host measures it on the training data
    input.size_px = options_.input_px;
    input.scale_bgr.fill(1.0 / 64);
    return input;
  }

  int64_t dimension() const override { return options_.dimension; }

  // A random stream for each tensor: one more layer does not change the others.
  void Initialize(uint64_t seed) override {
    for (const NamedTensor& parameter : parameters_) {
      at::Tensor values = parameter.tensor.detach();
      if (values.dim() == 1) continue;  // a bias
      const int64_t fan_in = values.numel() / values.size(0);
      const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
      facet::Random random(facet::DeriveSeed(seed, parameter.name));
      float* const data = values.data_ptr<float>();
      for (int64_t i = 0; i < values.numel(); ++i) {
        data[i] = static_cast<float>(deviation * random.Normal());
      }
    }
  }

  at::Tensor Forward(const at::Tensor& images, bool /*training*/) override {
    at::Tensor x = images;
    for (size_t i = 0; i + 2 < parameters_.size(); i += 2) {
      x = at::relu(at::conv2d(x, parameters_[i].tensor, parameters_[i + 1].tensor, /*stride=*/2,
                              /*padding=*/1));
    }
    return at::linear(x.mean({2, 3}), parameters_[parameters_.size() - 2].tensor,
                      parameters_.back().tensor);
  }

  std::vector<NamedTensor> Parameters() override { return parameters_; }

 private:
  void Add(const std::string& name, at::IntArrayRef shape) {
    for (const at::IntArrayRef each : {shape, shape.slice(0, 1)}) {
      const at::Tensor tensor = at::zeros(each, at::kFloat).set_requires_grad(true);
      parameters_.push_back({absl::StrCat(name, each.size() > 1 ? ".weight" : ".bias"), tensor});
    }
  }

  const Options options_;
  std::vector<NamedTensor> parameters_;  // weight and bias of each layer
};

}  // namespace

FACET_PLUGIN(facet::Architecture, NewArchitecture, Options, "new_architecture",
             "a few strided convolutions and a linear layer", "none")
