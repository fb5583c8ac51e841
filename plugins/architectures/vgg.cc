// Networks A, B and D of Parkhi et al. 2015 (table 3), which are those of Simonyan and Zisserman
// (arXiv:1409.1556, table 1): 3x3 convolutions of stride 1, each followed by ReLU, five 2x2 max
// poolings, and the fully connected layers fc6 and fc7.
//
// In:  images [N, 3, input_px, input_px], floating point, in RGB, mean subtracted.
// Out: [N, fc_size], fc7 after ReLU; dropout after fc6 and fc7 in training. The classifier (the
//      paper's fc8) belongs to the loss.
// Layers are named as in the authors' release: conv1_1 ... conv5_3, fc6, fc7, each with .weight and
// .bias. fc6 sees the last map flattened in the order channel, row, column.
// Parameters at full size: A 128,766,336, B 128,950,848, D 134,260,544.
// Example:  architecture = { use = "vgg", config = "A", input_px = 64, width = 0.25 }
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "core/api/architecture.h"

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
  }
};

// Convolutions in each of the five stages.
std::vector<int> ConvolutionsOf(const std::string& config) {
  if (config == "A") return {1, 1, 2, 2, 2};
  if (config == "B") return {2, 2, 2, 2, 2};
  return {2, 2, 3, 3, 3};
}

struct Layer {
  std::string name;
  at::Tensor weight, bias;
};

at::Tensor Learned(at::IntArrayRef shape) {
  at::Tensor tensor = at::zeros(shape);
  tensor.requires_grad_(true);
  return tensor;
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

  explicit Vgg(const Options& options) : options_(options) {
    const std::vector<int> convolutions = ConvolutionsOf(options.config);
    int64_t in = 3;
    for (int stage = 0; stage < kStages; ++stage) {
      const int64_t out =
          std::max<int64_t>(1, std::llround(options.width * static_cast<double>(kChannels[stage])));
      stages_.emplace_back();
      for (int i = 0; i < convolutions[static_cast<size_t>(stage)]; ++i) {
        stages_.back().push_back({absl::StrCat("conv", stage + 1, "_", i + 1),
                                  Learned({out, in, 3, 3}), Learned({out})});
        in = out;
      }
    }
    const int64_t side = options.input_px / 32;
    fc6_ = {"fc6", Learned({options.fc_size, in * side * side}), Learned({options.fc_size})};
    fc7_ = {"fc7", Learned({options.fc_size, options.fc_size}), Learned({options.fc_size})};
  }

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    const double by_init = options_.init == "kaiming" ? 1.0 / 64 : 1.0;
    input.scale_bgr.fill(options_.pixel_scale > 0 ? options_.pixel_scale : by_init);
    return input;
  }

  int64_t dimension() const override { return options_.fc_size; }

  void Initialize(uint64_t seed) override {
    for (NamedTensor& parameter : Parameters()) {
      if (parameter.tensor.dim() == 1) continue;  // biases stay 0; paper
      at::Tensor values = parameter.tensor.detach();
      const double fan_in = static_cast<double>(values.numel() / values.size(0));
      const double deviation = options_.init == "kaiming" ? std::sqrt(2.0 / fan_in) : 0.01;
      facet::Random random(facet::DeriveSeed(seed, parameter.name));
      float* const data = values.data_ptr<float>();
      for (int64_t i = 0; i < values.numel(); ++i) {
        data[i] = static_cast<float>(deviation * random.Normal());
      }
    }
  }

  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor x = images;
    for (const std::vector<Layer>& stage : stages_) {
      for (const Layer& layer : stage) {
        x = at::conv2d(x, layer.weight, layer.bias, /*stride=*/1, /*padding=*/1);
        // Maximum and ReLU commute: the last ReLU of a stage costs a quarter after the pooling.
        if (&layer == &stage.back()) x = at::max_pool2d(x, 2, 2);
        x.relu_();
      }
    }
    x = at::flatten(x, 1);
    for (const Layer* layer : {&fc6_, &fc7_}) {
      x = at::linear(x, layer->weight, layer->bias).relu_();
      x = at::dropout(x, options_.dropout, training);
    }
    return x;
  }

  std::vector<NamedTensor> Parameters() override {
    std::vector<NamedTensor> parameters;
    const auto add = [&parameters](const Layer& layer) {
      parameters.push_back({layer.name + ".weight", layer.weight});
      parameters.push_back({layer.name + ".bias", layer.bias});
    };
    for (const std::vector<Layer>& stage : stages_) {
      for (const Layer& layer : stage) add(layer);
    }
    add(fc6_);
    add(fc7_);
    return parameters;
  }

 private:
  const Options options_;
  std::vector<std::vector<Layer>> stages_;
  Layer fc6_, fc7_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, Vgg, Options, "vgg", "networks A, B and D of the paper",
             "Parkhi et al. 2015, table 3; Simonyan and Zisserman, arXiv:1409.1556")
