// Rotate: turns the view about its centre by an angle, uniform in -angle_rad .. angle_rad.
//
// In, out: a view; the angle is added to the one that it has. Its place and side stay, so that its
// corners may leave the crop: there the crop's border is repeated.
// Source: Simard et al., ICDAR 2003 (rotations among affine distortions); 10 degrees is our choice
// for faces that are aligned already.
// Example:  train.augmentation.rotate = { angle_rad = 0.1745 }
#include "core/api/augmentation.h"

namespace facet {
namespace {

struct Options {
  double probability = 1.0;
  double angle_rad = 0.1745;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
    v("angle_rad", angle_rad, Range(0, 3.1416),
      "largest angle, to either side [rad]; 0: off; default: 10 degrees");
  }
};

class Rotate final : public Augmentation {
 public:
  explicit Rotate(const Options& options) : options_(options) {}

  AugmentationSort sort() const override { return AugmentationSort::kView; }

  void Look(int, int, int, Random& random, InputView* view) const override {
    if (options_.angle_rad <= 0 || !Happens(options_.probability, random)) return;
    view->angle_rad += random.Uniform(-options_.angle_rad, options_.angle_rad);
  }

 private:
  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Rotate, facet::Options, "rotate",
             "turns the image about its centre",
             "Simard et al., Best practices for convolutional neural networks applied to visual "
             "document analysis, ICDAR 2003")
