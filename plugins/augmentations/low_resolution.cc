// Low resolution: the image is scaled down (area weighting) and up to its size again (linear), as
// if it came from a small face. The scale is uniform in scale_min .. scale_max; a side of s px goes
// through max(1, round(scale s)) px.
//
// In, out: an image.
// Errors: InvalidArgument if scale_min is above scale_max.
// Source: AdaFace, Kim et al., arXiv:2204.00964, section 4 (rescaling with probability 0.2; its
// code: scale 0.2 .. 1, and each time another of OpenCV's interpolations).
// Example:  train.augmentation.low_resolution = { probability = 0.2, scale_max = 0.5 }
#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>

#include "core/api/augmentation.h"
#include "plugins/augmentations/drawn_range.h"
#include "plugins/augmentations/pixels.h"

namespace facet {
namespace {

struct Options {
  double probability = 0.2;
  double scale_min = 0.2, scale_max = 1.0;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]; AdaFace");
    v("scale_min", scale_min, AboveUpTo(0, 1), "smallest size [share of the image's]; AdaFace");
    v("scale_max", scale_max, AboveUpTo(0, 1),
      "largest size [share of the image's]; uniform between both; AdaFace");
  }
};

int ScaledSide(int side_px, double scale) {
  return std::max(1, static_cast<int>(std::lround(scale * side_px)));
}

class LowResolution final : public Augmentation {
 public:
  static absl::StatusOr<std::unique_ptr<LowResolution>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(
        CheckOrder("scale_min", options.scale_min, "scale_max", options.scale_max));
    return std::unique_ptr<LowResolution>(new LowResolution(options));
  }

  AugmentationSort sort() const override { return AugmentationSort::kPixels; }

  void Change(Random& random, Image* image) const override {
    if (!Happens(options_.probability, random)) return;
    const double scale = random.Uniform(options_.scale_min, options_.scale_max);
    const cv::Size size(ScaledSide(image->width, scale), ScaledSide(image->height, scale));
    const cv::Mat pixels = Pixels(image);
    cv::Mat small;
    cv::resize(pixels, small, size, 0, 0, cv::INTER_AREA);
    cv::resize(small, pixels, pixels.size(), 0, 0, cv::INTER_LINEAR);
  }

 private:
  explicit LowResolution(const Options& options) : options_(options) {}

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::LowResolution, facet::Options, "low_resolution",
             "scales the image down and up again", "Kim et al., arXiv:2204.00964")
