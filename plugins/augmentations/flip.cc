// Flip: the view is mirrored, left for right. Two flips that both happen undo each other.
//
// In, out: a view; its place, side and angle stay.
// Source: Krizhevsky et al., NIPS 2012, section 4.1 (horizontal reflections).
// Example:  train.augmentation.flip = { probability = 0.5 }
#include "core/api/augmentation.h"

namespace facet {
namespace {

struct Options {
  double probability = 0.5;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit is mirrored [1]");
  }
};

class Flip final : public Augmentation {
 public:
  explicit Flip(const Options& options) : probability_(options.probability) {}

  AugmentationSort sort() const override { return AugmentationSort::kView; }

  void Look(int, int, int, Random& random, InputView* view) const override {
    if (Happens(probability_, random)) view->mirror = !view->mirror;
  }

 private:
  const double probability_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Flip, facet::Options, "flip",
             "mirrors the image, left for right",
             "Krizhevsky et al., ImageNet classification with deep convolutional neural networks, "
             "NIPS 2012")
