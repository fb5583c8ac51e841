// Zoom: the view becomes a smaller (zoom > 1) or larger (zoom < 1) square about its centre, which
// the host scales to the network's input. With z uniform in min .. max, a view of side s px in a
// crop of w x h px gets the side
//   clamp(round(s / z), 1, min(w, h))
// and is moved inside the crop where it would stick out.
//
// In, out: a view; its angle and its mirroring stay. Where the centre would need half a pixel, the
// view lies towards the middle of the crop, so that a central view stays central.
// Errors: InvalidArgument if min is above max.
// Source: Simonyan, Zisserman, arXiv:1409.1556, section 3.1 (scale jittering); 10 % to either side is
// our choice for faces that are aligned already.
// Example:  train.augmentation.zoom = { min = 0.9, max = 1.1 }
#include <algorithm>
#include <cmath>
#include <memory>

#include "core/api/augmentation.h"
#include "plugins/augmentations/drawn_range.h"

namespace facet {
namespace {

struct Options {
  double probability = 1.0;
  double min = 0.9, max = 1.1;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
    v("min", min, Range(0.1, 10),
      "smallest zoom [1]: a view of 1 / zoom times its side, at most the stored crop, is scaled "
      "to the input");
    v("max", max, Range(0.1, 10), "largest zoom [1]; uniform between both; 1 and 1: off");
  }
};

// Begin of a view of `side_px` about the centre of one of `old_px` that began at x_px.
int AboutCentre(int x_px, int old_px, int side_px, int crop_px) {
  const int twice = 2 * x_px + old_px - side_px;
  const int low = static_cast<int>(std::floor(twice / 2.0));
  const int central = (crop_px - side_px) / 2;
  const int centred = std::clamp(central, low, low + std::abs(twice % 2));
  return std::clamp(centred, 0, crop_px - side_px);
}

class Zoom final : public Augmentation {
 public:
  static absl::StatusOr<std::unique_ptr<Zoom>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckOrder("min", options.min, "max", options.max));
    return std::unique_ptr<Zoom>(new Zoom(options));
  }

  AugmentationSort sort() const override { return AugmentationSort::kView; }

  void Look(int width_px, int height_px, int, Random& random, InputView* view) const override {
    if (!Happens(options_.probability, random)) return;
    const double zoom = random.Uniform(options_.min, options_.max);
    const int old_px = view->side_px;
    view->side_px =
        std::clamp(static_cast<int>(std::lround(old_px / zoom)), 1, std::min(width_px, height_px));
    view->x_px = AboutCentre(view->x_px, old_px, view->side_px, width_px);
    view->y_px = AboutCentre(view->y_px, old_px, view->side_px, height_px);
  }

 private:
  explicit Zoom(const Options& options) : options_(options) {}

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Zoom, facet::Options, "zoom",
             "a smaller or larger part of the stored crop, scaled to the input",
             "Simonyan, Zisserman, arXiv:1409.1556")
