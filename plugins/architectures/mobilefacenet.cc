// MobileFaceNet: Chen et al. 2018, arXiv:1804.07573, table 1. Inverted residual blocks with PReLU
// for phones, and a global depthwise convolution where others average.
//
// In:  images [N, 3, input_px, input_px], floating point, RGB, (pixel - 127.5) / 128.
// Out: [N, dimension].
// Batch normalisation after every convolution; PReLU too but in the linear ones: the last 1x1 of a
// block, the global depthwise convolution and the last layer. The global convolution is as large
// as the last map: input_px / 16.
// Parameters at full size, 128-D: 1,003,136; with the scales of the batch normalisation folded into
// the convolutions 993,344 (the paper: 0.99 M).
// Errors: InvalidArgument if input_px is no multiple of 16.
// Example:  architecture = { use = "mobilefacenet", width = 0.5, input_px = 64 }
#include <ATen/ATen.h>

#include <algorithm>

#include "core/api/architecture.h"
#include "plugins/architectures/layers.h"

namespace {

using facet::NamedTensor;

struct Options {
  int64_t input_px = 112;
  double width = 1.0;
  int64_t dimension = 128;

  void Visit(facet::OptionVisitor& v) {
    v("input_px", input_px, facet::Range(16, 1024), "side of the input [px], a multiple of 16");
    v("width", width, facet::AboveUpTo(0, 4), "factor on the number of channels; 1: paper");
    v("dimension", dimension, facet::AtLeast(1), "the descriptor's size; paper: 128");
  }
};

// A row of table 1: `count` blocks; the first has the stride, all widen by `expansion` inside.
struct Row {
  int64_t expansion, channels;
  int count;
  int64_t stride;
};
constexpr Row kRows[] = {
    {2, 64, 5, 2}, {4, 128, 1, 2}, {2, 128, 6, 1}, {4, 128, 1, 2}, {2, 128, 2, 1}};

// Convolution, batch normalisation and, unless it is linear, PReLU.
struct Unit {
  facet::Convolution conv;
  facet::BatchNorm bn;
  facet::PRelu prelu;  // without a tensor: linear

  Unit(facet::LayerList& layers, const std::string& name, const facet::ConvolutionShape& shape,
       bool linear = false)
      : conv(layers.AddConvolution(name + ".conv", shape)),
        bn(layers.AddBatchNorm(name + ".bn", shape.out)) {
    if (!linear) prelu = layers.AddPRelu(name + ".prelu", shape.out);
  }
  at::Tensor Forward(const at::Tensor& x, bool training) const {
    const at::Tensor y = facet::ConvolveNormalized(conv, bn, x, training);
    return prelu.weight.defined() ? prelu(y) : y;
  }
};

struct Block {
  Unit expand, depthwise, project;
  bool residual;

  Block(facet::LayerList& layers, const std::string& name, int64_t in, int64_t inside, int64_t out,
        int64_t stride)
      : expand(layers, name + ".expand", {in, inside, 1}),
        depthwise(layers, name + ".depthwise", {inside, inside, 3, stride, 1, inside}),
        project(layers, name + ".project", {inside, out, 1}, /*linear=*/true),
        residual(stride == 1 && in == out) {}
  at::Tensor Forward(const at::Tensor& x, bool training) const {
    at::Tensor y = depthwise.Forward(expand.Forward(x, training), training);
    y = project.Forward(y, training);
    return residual ? y.add_(x) : y;
  }
};

class MobileFaceNet final : public facet::Architecture {
 public:
  static absl::StatusOr<std::unique_ptr<MobileFaceNet>> Create(const Options& options) {
    if (options.input_px % 16 != 0) {
      const int64_t below = options.input_px / 16 * 16;
      return absl::InvalidArgumentError(absl::StrCat(
          "mobilefacenet.input_px = ", options.input_px,
          " is no multiple of 16: four strides halve the image; near: ", below, ", ", below + 16));
    }
    return std::make_unique<MobileFaceNet>(options);
  }

  explicit MobileFaceNet(const Options& options)
      : options_(options), layers_(facet::InitialWeights::Kaiming()) {
    int64_t in = facet::ScaledChannels(options.width, 64);
    head_.emplace_back(layers_, "conv1", facet::ConvolutionShape{3, in, 3, 2, 1});
    head_.emplace_back(layers_, "conv2", facet::ConvolutionShape{in, in, 3, 1, 1, in});
    for (size_t row = 0; row < std::size(kRows); ++row) {
      const int64_t out = facet::ScaledChannels(options.width, kRows[row].channels);
      for (int i = 0; i < kRows[row].count; ++i) {
        blocks_.emplace_back(layers_, absl::StrCat("block", row + 1, "_", i + 1), in,
                             kRows[row].expansion * in, out, i == 0 ? kRows[row].stride : 1);
        in = out;
      }
    }
    const int64_t last = facet::ScaledChannels(options.width, 512);
    const int64_t side = options.input_px / 16;
    tail_.emplace_back(layers_, "conv3", facet::ConvolutionShape{in, last, 1});
    tail_.emplace_back(layers_, "global", facet::ConvolutionShape{last, last, side, 1, 0, last},
                       /*linear=*/true);
    tail_.emplace_back(layers_, "feature", facet::ConvolutionShape{last, options.dimension, 1},
                       /*linear=*/true);
  }

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    input.mean_bgr = {127.5, 127.5, 127.5};
    input.scale_bgr.fill(1.0 / 128);
    return input;
  }
  int64_t dimension() const override { return options_.dimension; }
  void Initialize(uint64_t seed) override { layers_.Initialize(seed); }

  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor x = images;
    for (const Unit& unit : head_) x = unit.Forward(x, training);
    for (const Block& block : blocks_) x = block.Forward(x, training);
    for (const Unit& unit : tail_) x = unit.Forward(x, training);
    return at::flatten(x, 1);
  }

  std::vector<NamedTensor> Parameters() override { return layers_.parameters(); }
  std::vector<NamedTensor> Buffers() override { return layers_.buffers(); }

 private:
  const Options options_;
  facet::LayerList layers_;
  std::vector<Unit> head_, tail_;
  std::vector<Block> blocks_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, MobileFaceNet, Options, "mobilefacenet",
             "MobileFaceNet: a million weights, for phones", "Chen et al. 2018, arXiv:1804.07573")
