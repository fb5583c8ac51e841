// Noise of a sensor: normal, independent in each pixel and channel.
//
// In, out: an image (sort: pixels), values rounded and clipped to [0, 255].
// Errors: none.
// Source: none.
// Example:  train.augmentation.new_augmentation = { probability = 0.5, strength = 8.0 }
#include <algorithm>
#include <cmath>

#include "core/api/augmentation.h"

namespace {

struct Options {
  double probability = 0.5;
  double strength = 8.0;

  void Visit(facet::OptionVisitor& v) {
    v("probability", probability, facet::Range(0, 1), "that a visit has it [1]");
    v("strength", strength, facet::Range(0, 128), "standard deviation [grey levels]");
  }
};

class NewAugmentation final : public facet::Augmentation {
 public:
  explicit NewAugmentation(const Options& options) : options_(options) {}

  facet::AugmentationSort sort() const override { return facet::AugmentationSort::kPixels; }

  void Change(facet::Random& random, facet::Image* image) const override {
    if (!facet::Happens(options_.probability, random)) return;
    for (uint8_t& value : image->bgr) {
      const double noisy = std::round(value + options_.strength * random.Normal());
      value = static_cast<uint8_t>(std::clamp(noisy, 0.0, 255.0));
    }
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Augmentation, NewAugmentation, Options, "new_augmentation",
             "normal noise in each pixel", "none")
