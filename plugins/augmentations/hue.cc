// Hue: turns all colours about the grey axis (1, 1, 1) by an angle a, uniform in
// -angle_rad .. angle_rad. With c = cos a, s = sin a / sqrt 3 and d = (1 - c) / 3,
//   B' = (c + d) B + (d - s) G + (d + s) R, and so on in a circle.
//
// In, out: a colour map of B, G, R in [0, 255]. Greys stay, and so does the mean of the three
// values; a third of a turn exchanges the channels. The host clips once, after the last map.
// Source: Karras et al., arXiv:2006.06676, appendix B (hue as a rotation about the luma axis), the
// default from SimCLR, Chen et al., arXiv:2002.05709, appendix A: 0.2 turns times its strength of
// colour distortion, 0.5 for CIFAR-10.
// Example:  train.augmentation.hue = { angle_rad = 0.3 }
#include <cmath>

#include "core/api/augmentation.h"

namespace facet {
namespace {

struct Options {
  double probability = 1.0;
  double angle_rad = 0.6283;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
    v("angle_rad", angle_rad, Range(0, 3.1416),
      "largest rotation of colours about the grey axis, to either side [rad]; 0: off; SimCLR's 0.2 "
      "turns, halved as for CIFAR-10");
  }
};

class Hue final : public Augmentation {
 public:
  explicit Hue(const Options& options) : options_(options) {}

  AugmentationSort sort() const override { return AugmentationSort::kColour; }

  ColourMap Colour(const std::array<double, 3>&, Random& random) const override {
    if (options_.angle_rad <= 0 || !Happens(options_.probability, random)) return kSameColour;
    const double angle_rad = random.Uniform(-options_.angle_rad, options_.angle_rad);
    const double cosine = std::cos(angle_rad), rest = (1 - cosine) / 3;
    const double sine = std::sin(angle_rad) / std::sqrt(3.0);
    ColourMap map = {};
    for (size_t i = 0; i < 3; ++i) {
      map[4 * i + i] = cosine + rest;
      map[4 * i + (i + 1) % 3] = rest - sine;
      map[4 * i + (i + 2) % 3] = rest + sine;
    }
    return map;
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Hue, facet::Options, "hue",
             "turns all colours about the grey axis", "Karras et al., arXiv:2006.06676")
