// Networks A, B and D of Parkhi et al. 2015 (table 3), which are those of Simonyan and Zisserman
// (arXiv:1409.1556, table 1): 3x3 convolutions of stride 1, each followed by ReLU, five 2x2 max
// poolings, and the fully connected layers fc6 and fc7.
//
// In:  images [N, 3, input_px, input_px], floating point, in RGB, mean subtracted.
// Out: [N, fc_size], fc7 after ReLU; dropout after fc6 and fc7 in training. The classifier (the
//      paper's fc8) belongs to the loss.
// Layers are named as in the authors' release: conv1_1 ... conv5_3, fc6, fc7, each with .weight and
// .bias. fc6 sees the last map flattened in the order channel, row, column. batch_norm: layers
// bn1_1 ... bn5_3 between each convolution and its ReLU (not in the paper), with running statistics
// as buffers.
// Parameters at full size: A 128,766,336, B 128,950,848, D 134,260,544; batch_norm adds 5,504,
// 5,888 and 8,448.
// Example:  architecture = { use = "vgg", config = "A", input_px = 64, width = 0.25 }
#include <ATen/ATen.h>

#include <algorithm>

#include "core/api/architecture.h"
#include "plugins/architectures/layers.h"
#include "plugins/architectures/max_pool_relu.h"

namespace {

using facet::NamedTensor;

constexpr int kStages = 5;  // convolutions between two poolings
constexpr int64_t kChannels[kStages] = {64, 128, 256, 512, 512};

struct Options {
  std::string config = "D";
  int64_t input_px = 224;
  double width = 1.0;
  int64_t fc_size = 4096;
  double dropout = 0.5;
  std::string init = "gaussian";
  double pixel_scale = 0.0;
  bool batch_norm = false;

  void Visit(facet::OptionVisitor& v) {
    v("config", config, facet::OneOf({"A", "B", "D"}), "8, 10 or 13 convolutions; paper");
    v("input_px", input_px, facet::Range(32, 1024), "side of the input [px], a multiple of 32");
    v("width", width, facet::AboveUpTo(0, 4), "factor on the number of channels; 1: paper");
    v("fc_size", fc_size, facet::AtLeast(1),
      "outputs of fc6 and fc7: the descriptor's size; paper");
    v("dropout", dropout, facet::Range(0, 0.95), "share of fc6 and fc7 that is dropped; paper");
    v("init", init, facet::OneOf({"gaussian", "kaiming"}),
      "weights from N(0, 0.01^2) (paper; too small for narrow networks) or N(0, 2 / fan-in)");
    v("pixel_scale", pixel_scale, facet::AtLeast(0),
      "factor on the mean-free 0..255 pixels; 0: 1 for gaussian (paper), 1/64 for kaiming, which "
      "wants inputs near unit variance");
    v("batch_norm", batch_norm, facet::Any(),
      "batch normalisation after each convolution; arXiv:1502.03167");
  }
};

// Convolutions in each of the five stages.
std::vector<int> ConvolutionsOf(const std::string& config) {
  if (config == "A") return {1, 1, 2, 2, 2};
  if (config == "B") return {2, 2, 2, 2, 2};
  return {2, 2, 3, 3, 3};
}

struct Layer {
  facet::Convolution convolution;
  facet::BatchNorm norm;  // without tensors where there is none
};

facet::InitialWeights InitialOf(const Options& options) {
  return options.init == "kaiming" ? facet::InitialWeights::Kaiming()
                                   : facet::InitialWeights::Normal(0.01);
}

class Vgg final : public facet::Architecture {
 public:
  static absl::StatusOr<std::unique_ptr<Vgg>> Create(const Options& options) {
    if (options.input_px % 32 != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("vgg.input_px = ", options.input_px,
                       " is no multiple of 32: five poolings halve the image; near: ",
                       std::max<int64_t>(32, options.input_px / 32 * 32), ", ",
                       options.input_px / 32 * 32 + 32));
    }
    return std::make_unique<Vgg>(options);
  }

  explicit Vgg(const Options& options) : options_(options), layers_(InitialOf(options)) {
    const std::vector<int> convolutions = ConvolutionsOf(options.config);
    int64_t in = 3;
    for (int stage = 0; stage < kStages; ++stage) {
      const int64_t out = facet::ScaledChannels(options.width, kChannels[stage]);
      stages_.emplace_back();
      for (int i = 0; i < convolutions[static_cast<size_t>(stage)]; ++i) {
        const std::string place = absl::StrCat(stage + 1, "_", i + 1);
        facet::ConvolutionShape shape{in, out, /*kernel=*/3};
        shape.padding = 1;
        shape.bias = true;
        Layer layer;
        layer.convolution = layers_.AddConvolution("conv" + place, shape);
        if (options.batch_norm) layer.norm = layers_.AddBatchNorm("bn" + place, out);
        stages_.back().push_back(layer);
        in = out;
      }
    }
    const int64_t side = options.input_px / 32;
    fc6_ = layers_.AddLinear("fc6", in * side * side, options.fc_size);
    fc7_ = layers_.AddLinear("fc7", options.fc_size, options.fc_size);
  }

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    const double by_init = options_.init == "kaiming" ? 1.0 / 64 : 1.0;
    input.scale_bgr.fill(options_.pixel_scale > 0 ? options_.pixel_scale : by_init);
    return input;
  }

  int64_t dimension() const override { return options_.fc_size; }

  void Initialize(uint64_t seed) override { layers_.Initialize(seed); }  // biases 0; paper

  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor x = images;
    for (const std::vector<Layer>& stage : stages_) {
      for (const Layer& layer : stage) {
        x = options_.batch_norm
                ? facet::ConvolveNormalized(layer.convolution, layer.norm, x, training)
                : layer.convolution(x);
        // Maximum and ReLU commute: a stage's last ReLU comes with the pooling.
        x = &layer == &stage.back() ? facet::MaxPoolRelu(x) : x.relu_();
      }
    }
    x = at::flatten(x, 1);
    for (const facet::Linear* layer : {&fc6_, &fc7_}) {
      x = (*layer)(x).relu_();
      x = at::dropout(x, options_.dropout, training);
    }
    return x;
  }

  std::vector<NamedTensor> Parameters() override { return layers_.parameters(); }
  std::vector<NamedTensor> Buffers() override { return layers_.buffers(); }

 private:
  const Options options_;
  facet::LayerList layers_;
  std::vector<std::vector<Layer>> stages_;
  facet::Linear fc6_, fc7_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, Vgg, Options, "vgg", "networks A, B and D of the paper",
             "Parkhi et al. 2015, table 3; Simonyan and Zisserman, arXiv:1409.1556")
