// Contrast: the distance of all values from the image's mean grey level m times a factor,
// p -> m + f (p - m), with f uniform in 1 - strength .. 1 + strength.
//
// In, out: a colour map of B, G, R in [0, 255]; m is the grey level (ITU-R BT.601) of the mean of
// the image as the steps before have left it. The host clips once, after the last map.
// Source: SimCLR, Chen et al., arXiv:2002.05709, appendix A (0.8 times its strength of colour
// distortion, 1 for ImageNet and 0.5 for CIFAR-10: the default 0.4).
// Example:  train.augmentation.contrast = { strength = 0.4 }
#include "core/api/augmentation.h"
#include "plugins/augmentations/colour.h"

namespace facet {
namespace {

class Contrast final : public Augmentation {
 public:
  explicit Contrast(const FactorOptions& options) : options_(options) {}

  AugmentationSort sort() const override { return AugmentationSort::kColour; }

  ColourMap Colour(const std::array<double, 3>& mean_bgr, Random& random) const override {
    double mean_grey = 0;
    for (size_t c = 0; c < 3; ++c) mean_grey += kGreyOfBgr[c] * mean_bgr[c];
    const double factor = DrawFactor(options_, random);
    return LevelMap(factor, (1 - factor) * mean_grey);
  }

 private:
  const FactorOptions options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Contrast, facet::FactorOptions, "contrast",
             "the distance from the mean grey level times a random factor",
             "Chen et al., arXiv:2002.05709")
