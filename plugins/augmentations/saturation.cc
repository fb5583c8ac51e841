// Saturation: the distance of each pixel from its grey level g times a factor, p -> g + f (p - g),
// with f uniform in 1 - strength .. 1 + strength.
//
// In, out: a colour map of B, G, R in [0, 255]; g = 0.114 B + 0.587 G + 0.299 R (ITU-R BT.601), so
// greys stay. The host clips once, after the last map.
// Source: SimCLR, Chen et al., arXiv:2002.05709, appendix A (0.8 times its strength of colour
// distortion, 1 for ImageNet and 0.5 for CIFAR-10: the default 0.4).
// Example:  train.augmentation.saturation = { strength = 0.4 }
#include "core/api/augmentation.h"
#include "plugins/augmentations/colour.h"

namespace facet {
namespace {

class Saturation final : public Augmentation {
 public:
  explicit Saturation(const FactorOptions& options) : options_(options) {}

  AugmentationSort sort() const override { return AugmentationSort::kColour; }

  ColourMap Colour(const std::array<double, 3>&, Random& random) const override {
    return SaturationMap(DrawFactor(options_, random));
  }

 private:
  const FactorOptions options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Saturation, facet::FactorOptions, "saturation",
             "each pixel's distance from its grey level times a random factor",
             "Chen et al., arXiv:2002.05709")
