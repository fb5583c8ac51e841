// Brightness: all values times a factor, p -> f p, with f uniform in 1 - strength .. 1 + strength.
//
// In, out: a colour map of B, G, R in [0, 255]; the host clips once, after the last map.
// Source: SimCLR, Chen et al., arXiv:2002.05709, appendix A (0.8 times its strength of colour
// distortion, 1 for ImageNet and 0.5 for CIFAR-10: the default 0.4).
// Example:  train.augmentation.brightness = { strength = 0.4 }
#include "core/api/augmentation.h"
#include "plugins/augmentations/colour.h"

namespace facet {
namespace {

class Brightness final : public Augmentation {
 public:
  explicit Brightness(const FactorOptions& options) : options_(options) {}

  AugmentationSort sort() const override { return AugmentationSort::kColour; }

  ColourMap Colour(const std::array<double, 3>&, Random& random) const override {
    return LevelMap(DrawFactor(options_, random), 0);
  }

 private:
  const FactorOptions options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Brightness, facet::FactorOptions, "brightness",
             "all values times a random factor", "Chen et al., arXiv:2002.05709")
