// Crop: where in the stored crop the view lies. For a view of side s in a crop of w x h px
//   random   x uniform in 0 .. w - s, y uniform in 0 .. h - s, whole pixels: x is drawn, then y
//   center   x = (w - s) / 2, y = (h - s) / 2, rounded down
//
// In:  a view; its side, its angle and its mirroring stay. After `zoom`, it places the zoomed view.
// Out: the view at its place. A visit that does not have the step keeps the place: the middle,
//      where no other step has moved the view.
// Source: Krizhevsky et al., NIPS 2012, section 4.1 (random 224 x 224 patches of 256 x 256).
// Example:  train.augmentation.crop = { place = "random" }
#include <string>

#include "core/api/augmentation.h"

namespace facet {
namespace {

struct Options {
  double probability = 1.0;
  std::string place = "random";

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
    v("place", place, OneOf({"random", "center"}), "place of the view in the stored crop");
  }
};

class Crop final : public Augmentation {
 public:
  explicit Crop(const Options& options)
      : probability_(options.probability), random_(options.place == "random") {}

  AugmentationSort sort() const override { return AugmentationSort::kView; }

  void Look(int width_px, int height_px, int, Random& random, InputView* view) const override {
    if (!Happens(probability_, random)) return;
    const int free_x_px = width_px - view->side_px, free_y_px = height_px - view->side_px;
    if (!random_) {
      view->x_px = free_x_px / 2;
      view->y_px = free_y_px / 2;
      return;
    }
    view->x_px = static_cast<int>(random.Index(static_cast<uint64_t>(free_x_px) + 1));
    view->y_px = static_cast<int>(random.Index(static_cast<uint64_t>(free_y_px) + 1));
  }

 private:
  const double probability_;
  const bool random_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Crop, facet::Options, "crop",
             "a random or the central place of the input in the stored crop",
             "Krizhevsky et al., ImageNet classification with deep convolutional neural networks, "
             "NIPS 2012")
