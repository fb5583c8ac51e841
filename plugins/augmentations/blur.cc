// Blur: a Gaussian whose sigma is uniform in sigma_min_px .. sigma_max_px, in pixels of the
// network's input.
//
// In, out: an image. The kernel ends at 3 sigma; beyond the border the image is mirrored about its
// outermost pixels.
// Errors: InvalidArgument if sigma_min_px is above sigma_max_px.
// Source: SimCLR, Chen et al., arXiv:2002.05709, appendix A (probability 0.5, sigma 0.1 .. 2.0 at
// 224 px: an input of 112 px wants half of it).
// Example:  train.augmentation.blur = { probability = 0.5, sigma_max_px = 1.0 }
#include <memory>
#include <opencv2/imgproc.hpp>

#include "core/api/augmentation.h"
#include "plugins/augmentations/drawn_range.h"
#include "plugins/augmentations/pixels.h"

namespace facet {
namespace {

struct Options {
  double probability = 0.5;
  double sigma_min_px = 0.1, sigma_max_px = 2.0;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]; SimCLR");
    v("sigma_min_px", sigma_min_px, AboveUpTo(0, 100), "smallest standard deviation [px]; SimCLR");
    v("sigma_max_px", sigma_max_px, AboveUpTo(0, 100),
      "largest standard deviation [px]; uniform between both; SimCLR");
  }
};

class Blur final : public Augmentation {
 public:
  static absl::StatusOr<std::unique_ptr<Blur>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(
        CheckOrder("sigma_min_px", options.sigma_min_px, "sigma_max_px", options.sigma_max_px));
    return std::unique_ptr<Blur>(new Blur(options));
  }

  AugmentationSort sort() const override { return AugmentationSort::kPixels; }

  void Change(Random& random, Image* image) const override {
    if (!Happens(options_.probability, random)) return;
    const double sigma_px = random.Uniform(options_.sigma_min_px, options_.sigma_max_px);
    const cv::Mat pixels = Pixels(image);
    cv::GaussianBlur(pixels, pixels, cv::Size(), sigma_px, sigma_px, cv::BORDER_REFLECT_101);
  }

 private:
  explicit Blur(const Options& options) : options_(options) {}

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Blur, facet::Options, "blur", "a Gaussian blur",
             "Chen et al., arXiv:2002.05709")
