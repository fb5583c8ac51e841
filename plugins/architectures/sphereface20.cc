// The 20-layer network of SphereFace: Liu et al. 2017, arXiv:1704.08063, table 2.
//
// In:  images [N, 3, input_px, input_px], floating point, RGB, (pixel - 127.5) / 128.
// Out: [N, dimension], fc5.
// Four stages of 64, 128, 256 and 512 channels. Each begins with a 3x3 convolution of stride 2 and
// goes on with residual units of two 3x3 convolutions (1, 2, 4 and 1 of them); PReLU after every
// convolution, none after the sum. Layers are named as in the authors' release (conv1_1, relu1_1,
// ..., fc5); only the first convolution of a stage and fc5 have a bias, as there.
// The paper's input is 112 rows x 96 columns; a NetworkInput is square, so the last map is 7x7
// instead of 7x6: 24,501,952 parameters at 112 px, of which fc5 has 12,845,568 (release: 22.67 M).
// Errors: InvalidArgument if input_px is no multiple of 16.
// Example:  architecture = { use = "sphereface20", width = 0.25, input_px = 64 }
#include <ATen/ATen.h>

#include <algorithm>

#include "core/api/architecture.h"
#include "plugins/architectures/layers.h"

namespace {

using facet::NamedTensor;

constexpr int kStages = 4;
constexpr int64_t kChannels[kStages] = {64, 128, 256, 512};
constexpr int kResidualUnits[kStages] = {1, 2, 4, 1};

struct Options {
  int64_t input_px = 112;
  double width = 1.0;
  int64_t dimension = 512;

  void Visit(facet::OptionVisitor& v) {
    v("input_px", input_px, facet::Range(16, 1024), "side of the input [px], a multiple of 16");
    v("width", width, facet::AboveUpTo(0, 4), "factor on the number of channels; 1: paper");
    v("dimension", dimension, facet::AtLeast(1), "the descriptor's size; paper");
  }
};

struct Layer {
  facet::Convolution conv;
  facet::PRelu prelu;
  at::Tensor Forward(const at::Tensor& x) const { return prelu(conv(x)); }
};

class SphereFace20 final : public facet::Architecture {
 public:
  static absl::StatusOr<std::unique_ptr<SphereFace20>> Create(const Options& options) {
    if (options.input_px % 16 != 0) {
      const int64_t below = options.input_px / 16 * 16;
      return absl::InvalidArgumentError(absl::StrCat(
          "sphereface20.input_px = ", options.input_px,
          " is no multiple of 16: four stages halve the image; near: ", below, ", ", below + 16));
    }
    return std::make_unique<SphereFace20>(options);
  }

  explicit SphereFace20(const Options& options)
      : options_(options), layers_(facet::InitialWeights::Xavier()) {
    int64_t in = 3;
    for (int stage = 0; stage < kStages; ++stage) {
      const int64_t out = facet::ScaledChannels(options.width, kChannels[stage]);
      stages_.emplace_back();
      for (int i = 0; i <= 2 * kResidualUnits[stage]; ++i) {
        const std::string place = absl::StrCat(stage + 1, "_", i + 1);
        const bool first = i == 0;
        // The release draws the first of a stage by Caffe's xavier, residual units from N(0,
        // 0.01^2).
        layers_.SetInitial(first ? facet::InitialWeights::Xavier()
                                 : facet::InitialWeights::Normal(0.01));
        Layer layer;
        layer.conv = layers_.AddConvolution(
            "conv" + place, {first ? in : out, out, 3, first ? 2 : 1, 1, 1, /*bias=*/first});
        layer.prelu = layers_.AddPRelu("relu" + place, out);
        stages_.back().push_back(layer);
      }
      in = out;
    }
    layers_.SetInitial(facet::InitialWeights::Xavier());
    const int64_t side = options.input_px / 16;
    fc5_ = layers_.AddLinear("fc5", in * side * side, options.dimension);
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

  at::Tensor Forward(const at::Tensor& images, bool) override {
    at::Tensor x = images;
    for (const std::vector<Layer>& stage : stages_) {
      x = stage[0].Forward(x);
      for (size_t i = 1; i < stage.size(); i += 2) {
        x = x + stage[i + 1].Forward(stage[i].Forward(x));
      }
    }
    return fc5_(at::flatten(x, 1));
  }

  std::vector<NamedTensor> Parameters() override { return layers_.parameters(); }

 private:
  const Options options_;
  facet::LayerList layers_;
  std::vector<std::vector<Layer>> stages_;
  facet::Linear fc5_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, SphereFace20, Options, "sphereface20",
             "the 20-layer network of SphereFace", "Liu et al. 2017, arXiv:1704.08063")
