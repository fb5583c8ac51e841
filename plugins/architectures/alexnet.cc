// AlexNet: Krizhevsky, Sutskever and Hinton 2012. The network that Parkhi et al. 2015 (section 3,
// stage 5) train to rank and clean each identity's images.
//
// In:  images [N, 3, input_px, input_px], floating point, RGB, mean subtracted.
// Out: [N, fc_size], fc7 after ReLU; dropout after fc6 and fc7 in training. The classifier (fc8)
//      belongs to the loss.
// Five convolutions with ReLU; response normalisation (section 3.3) after the first two; 3x3 max
// poolings of stride 2, which overlap (section 3.4), after the first, second and fifth; two groups
// in the second, fourth and fifth (the paper's two GPUs). The paper says 224 px, but its first map
// of 55 px takes 227 (11x11, stride 4, no border), as in Caffe's reference model, whose names of
// layers are used: conv1 ... conv5, fc6, fc7.
// Parameters at full size: 56,868,224; with a classifier of 1,000: 60,965,224.
// Errors: InvalidArgument if the input is too small for the three poolings.
// Example:  architecture = { use = "alexnet", input_px = 67, width = 0.25, fc_size = 256 }
#include <ATen/ATen.h>

#include <algorithm>

#include "core/api/architecture.h"
#include "plugins/architectures/layers.h"

namespace {

using facet::NamedTensor;

struct Options {
  int64_t input_px = 227;
  double width = 1.0;
  int64_t groups = 2;
  int64_t fc_size = 4096;
  double dropout = 0.5;
  double response_bias = 2.0;
  double response_scale = 1e-4;
  std::string init = "gaussian";
  double pixel_scale = 0.0;

  void Visit(facet::OptionVisitor& v) {
    v("input_px", input_px, facet::Range(67, 1024), "side of the input [px]");
    v("width", width, facet::AboveUpTo(0, 4), "factor on the number of channels; 1: paper");
    v("groups", groups, facet::Range(1, 2), "of conv2, conv4 and conv5; 2: paper, 1: no groups");
    v("fc_size", fc_size, facet::AtLeast(1),
      "outputs of fc6 and fc7: the descriptor's size; paper");
    v("dropout", dropout, facet::Range(0, 0.95), "share of fc6 and fc7 that is dropped; paper");
    v("response_bias", response_bias, facet::Above(0),
      "k of the response normalisation; paper. Caffe's reference model: 1");
    v("response_scale", response_scale, facet::AtLeast(0),
      "alpha of the response normalisation; paper. Caffe's reference model: 2e-5");
    v("init", init, facet::OneOf({"gaussian", "kaiming"}),
      "weights from N(0, 0.01^2) and biases of 1 in conv2, conv4, conv5, fc6 and fc7 (paper), or "
      "N(0, 2 / fan-in) and 0");
    v("pixel_scale", pixel_scale, facet::AtLeast(0),
      "factor on the mean-free 0..255 pixels; 0: 1 for gaussian (paper), 1/64 for kaiming");
  }
};

facet::InitialWeights InitialOf(const Options& options) {
  return options.init == "kaiming" ? facet::InitialWeights::Kaiming()
                                   : facet::InitialWeights::Normal(0.01);
}

class AlexNet final : public facet::Architecture {
 public:
  explicit AlexNet(const Options& options) : options_(options), layers_(InitialOf(options)) {
    response_.k = options.response_bias;
    response_.alpha = options.response_scale;
    const int64_t g = options.groups;
    // Even numbers of channels, so that groups divide them.
    const auto channels = [&](int64_t full) {
      return facet::ScaledChannels(options.width, full, 2);
    };
    const int64_t c1 = channels(96), c2 = channels(256), c3 = channels(384);
    // In, out, kernel, stride, padding, groups, bias.
    const facet::ConvolutionShape shapes[] = {{3, c1, 11, 4, 0, 1, true},
                                              {c1, c2, 5, 1, 2, g, true},
                                              {c2, c3, 3, 1, 1, 1, true},
                                              {c3, c3, 3, 1, 1, g, true},
                                              {c3, c2, 3, 1, 1, g, true}};
    const double one = options.init == "gaussian" ? 1.0 : 0.0;
    const double biases[] = {0, one, 0, one, one};
    for (size_t i = 0; i < std::size(shapes); ++i) {
      convolutions_.push_back(
          layers_.AddConvolution(absl::StrCat("conv", i + 1), shapes[i], biases[i]));
    }
    const int64_t side = LastSide();
    fc6_ = layers_.AddLinear("fc6", c2 * side * side, options.fc_size, one);
    fc7_ = layers_.AddLinear("fc7", options.fc_size, options.fc_size, one);
  }

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    const double by_init = options_.init == "kaiming" ? 1.0 / 64 : 1.0;
    input.scale_bgr.fill(options_.pixel_scale > 0 ? options_.pixel_scale : by_init);
    return input;
  }
  int64_t dimension() const override { return options_.fc_size; }
  void Initialize(uint64_t seed) override { layers_.Initialize(seed); }

  at::Tensor Forward(const at::Tensor& images, bool training) override {
    at::Tensor x = images;
    for (size_t i = 0; i < convolutions_.size(); ++i) {
      x = convolutions_[i](x).relu_();
      if (i < 2) x = response_(x);
      if (i < 2 || i == 4) x = at::max_pool2d(x, 3, 2);
    }
    x = at::flatten(x, 1);
    for (const facet::Linear* layer : {&fc6_, &fc7_}) {
      x = (*layer)(x).relu_();
      x = at::dropout(x, options_.dropout, training);
    }
    return x;
  }

  std::vector<NamedTensor> Parameters() override { return layers_.parameters(); }

 private:
  // Of the map that fc6 sees; at least 1 from 67 px on.
  int64_t LastSide() const {
    int64_t side = (options_.input_px - 11) / 4 + 1;
    for (int pooling = 0; pooling < 3; ++pooling) side = (side - 3) / 2 + 1;
    return side;
  }

  const Options options_;
  facet::LayerList layers_;
  facet::ResponseNorm response_;
  std::vector<facet::Convolution> convolutions_;
  facet::Linear fc6_, fc7_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, AlexNet, Options, "alexnet",
             "AlexNet: response normalisation, overlapping pooling, groups",
             "Krizhevsky et al. 2012; Parkhi et al. 2015, section 3")
