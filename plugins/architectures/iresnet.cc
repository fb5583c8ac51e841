// InsightFace's improved ResNet, the backbone of ArcFace (Deng et al., arXiv:1801.07698, section
// 3.1) and of most face networks since: residual blocks BN-conv-BN-PReLU-conv-BN, no ReLU after
// the sum, a stem that keeps the resolution, and BN-dropout-FC-BN on top.
//
// In:  images [N, 3, input_px, input_px], floating point, RGB, (pixel - 127.5) / 127.5.
// Out: [N, dimension].
// Four stages of 64, 128, 256 and 512 channels, each of which halves the map in its first block;
// blocks by depth: 18: 2 2 2 2, 34: 3 4 6 3, 50: 3 4 14 3, 100: 3 13 30 3. Tensors are named as in
// InsightFace's PyTorch models (layer1.0.bn1.weight, ..., fc.weight, features.bias), so that their
// weights fit; features.weight, which is 1 and not learned there, is a buffer.
// They begin as there: convolutions at N(0, 0.1^2), normalisations at scale 1 and shift 0, PReLU at
// 0.25, fc's weights and biases uniform in +-1 / sqrt(fan-in), which is PyTorch's own start.
// Parameters at full size, with that scale: 24,025,600, 34,139,328, 43,590,848, 65,156,160.
// Errors: InvalidArgument if input_px is no multiple of 16.
// Example:  architecture = { use = "iresnet", depth = 18, width = 0.25, input_px = 48 }
#include <ATen/ATen.h>

#include <algorithm>

#include "core/api/architecture.h"
#include "plugins/architectures/layers.h"

namespace {

using facet::NamedTensor;

constexpr int kStages = 4;
constexpr int64_t kChannels[kStages] = {64, 128, 256, 512};

struct Options {
  std::string depth = "50";
  int64_t input_px = 112;
  double width = 1.0;
  int64_t dimension = 512;
  double dropout = 0.0;
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("depth", depth, facet::OneOf({"18", "34", "50", "100"}), "which of the networks");
    v("input_px", input_px, facet::Range(16, 1024), "side of the input [px], a multiple of 16");
    v("width", width, facet::AboveUpTo(0, 4), "factor on the number of channels");
    v("dimension", dimension, facet::AtLeast(1), "the descriptor's size");
    v("dropout", dropout, facet::Range(0, 0.95),
      "share dropped before the last layer; the paper: 0.4, InsightFace's PyTorch models: 0");
    v("init", init, facet::OneOf({"gaussian", "kaiming"}),
      "convolutions from N(0, 0.1^2) and fc uniform in 1 / sqrt(fan-in) (InsightFace), or all "
      "weights from N(0, 2 / fan-in)");
  }
};

std::array<int, kStages> BlocksOf(const std::string& depth) {
  if (depth == "18") return {2, 2, 2, 2};
  if (depth == "34") return {3, 4, 6, 3};
  if (depth == "50") return {3, 4, 14, 3};
  return {3, 13, 30, 3};
}

facet::InitialWeights InitialOf(const Options& options) {
  return options.init == "kaiming" ? facet::InitialWeights::Kaiming()
                                   : facet::InitialWeights::Normal(0.1);
}

struct Block {
  facet::BatchNorm bn1, bn2, bn3, shortcut_bn;
  facet::Convolution conv1, conv2, shortcut;
  facet::PRelu prelu;
  bool projects = false;  // the shortcut is a convolution, not the identity

  Block(facet::LayerList& layers, const std::string& name, int64_t in, int64_t out, int64_t stride)
      : projects(stride != 1 || in != out) {
    bn1 = layers.AddBatchNorm(name + ".bn1", in);
    conv1 = layers.AddConvolution(name + ".conv1", {in, out, 3, 1, 1});
    bn2 = layers.AddBatchNorm(name + ".bn2", out);
    prelu = layers.AddPRelu(name + ".prelu", out);
    conv2 = layers.AddConvolution(name + ".conv2", {out, out, 3, stride, 1});
    bn3 = layers.AddBatchNorm(name + ".bn3", out);
    if (!projects) return;
    shortcut = layers.AddConvolution(name + ".downsample.0", {in, out, 1, stride, 0});
    shortcut_bn = layers.AddBatchNorm(name + ".downsample.1", out);
  }

  at::Tensor Forward(const at::Tensor& x, bool training) const {
    at::Tensor y = prelu(facet::ConvolveNormalized(conv1, bn2, bn1(x, training), training));
    y = facet::ConvolveNormalized(conv2, bn3, y, training);
    return y.add_(projects ? facet::ConvolveNormalized(shortcut, shortcut_bn, x, training) : x);
  }
};

class IResNet final : public facet::Architecture {
 public:
  static absl::StatusOr<std::unique_ptr<IResNet>> Create(const Options& options) {
    if (options.input_px % 16 != 0) {
      const int64_t below = options.input_px / 16 * 16;
      return absl::InvalidArgumentError(absl::StrCat(
          "iresnet.input_px = ", options.input_px,
          " is no multiple of 16: four stages halve the image; near: ", below, ", ", below + 16));
    }
    return std::make_unique<IResNet>(options);
  }

  explicit IResNet(const Options& options) : options_(options), layers_(InitialOf(options)) {
    int64_t in = facet::ScaledChannels(options.width, kChannels[0]);
    conv1_ = layers_.AddConvolution("conv1", {3, in, 3, 1, 1});
    bn1_ = layers_.AddBatchNorm("bn1", in);
    prelu_ = layers_.AddPRelu("prelu", in);
    const std::array<int, kStages> blocks = BlocksOf(options.depth);
    for (size_t stage = 0; stage < kStages; ++stage) {
      const int64_t out = facet::ScaledChannels(options.width, kChannels[stage]);
      for (int i = 0; i < blocks[stage]; ++i) {
        blocks_.emplace_back(layers_, absl::StrCat("layer", stage + 1, ".", i), in, out,
                             /*stride=*/i == 0 ? 2 : 1);
        in = out;
      }
    }
    if (options.init == "gaussian") layers_.SetInitial(facet::InitialWeights::PyTorch());
    const int64_t side = options.input_px / 16;
    bn2_ = layers_.AddBatchNorm("bn2", in);
    fc_ = layers_.AddLinear("fc", in * side * side, options.dimension);
    features_ = layers_.AddBatchNorm("features", options.dimension, /*learned_scale=*/false);
  }

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    input.mean_bgr = {127.5, 127.5, 127.5};
    input.scale_bgr.fill(1.0 / 127.5);
    return input;
  }
  int64_t dimension() const override { return options_.dimension; }
  void Initialize(uint64_t seed) override { layers_.Initialize(seed); }

  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor x = prelu_(facet::ConvolveNormalized(conv1_, bn1_, images, training));
    for (const Block& block : blocks_) x = block.Forward(x, training);
    x = at::flatten(bn2_(x, training), 1);
    x = at::dropout(x, options_.dropout, training);
    return features_(fc_(x), training);
  }

  std::vector<NamedTensor> Parameters() override { return layers_.parameters(); }
  std::vector<NamedTensor> Buffers() override { return layers_.buffers(); }

 private:
  const Options options_;
  facet::LayerList layers_;
  facet::Convolution conv1_;
  facet::BatchNorm bn1_, bn2_, features_;
  facet::PRelu prelu_;
  std::vector<Block> blocks_;
  facet::Linear fc_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, IResNet, Options, "iresnet",
             "improved ResNet 18 to 100 of InsightFace",
             "Deng et al. 2019, arXiv:1801.07698; InsightFace arcface_torch")
