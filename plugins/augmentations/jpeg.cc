// JPEG: the image is compressed and read again, at a quality that is uniform over the whole numbers
// quality_min .. quality_max (libjpeg's scale, 1 .. 100): blocks of 8 x 8 px, fringes at edges,
// colours at half the resolution.
//
// In, out: an image.
// Errors: InvalidArgument if quality_min is above quality_max.
// Source: Hendrycks, Dietterich, arXiv:1903.12261 (JPEG among the corruptions to test with; its code
// uses the qualities 25, 18, 15, 10 and 7); the milder default, for training, is our choice.
// Example:  train.augmentation.jpeg = { probability = 0.5, quality_min = 30 }
#include <memory>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "core/api/augmentation.h"
#include "core/base/check.h"
#include "plugins/augmentations/drawn_range.h"
#include "plugins/augmentations/pixels.h"

namespace facet {
namespace {

struct Options {
  double probability = 0.5;
  int64_t quality_min = 30, quality_max = 95;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]");
    v("quality_min", quality_min, Range(1, 100), "lowest quality of libjpeg [1]");
    v("quality_max", quality_max, Range(1, 100),
      "highest quality of libjpeg [1]; uniform between both");
  }
};

class Jpeg final : public Augmentation {
 public:
  static absl::StatusOr<std::unique_ptr<Jpeg>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckOrder("quality_min", static_cast<double>(options.quality_min),
                                     "quality_max", static_cast<double>(options.quality_max)));
    return std::unique_ptr<Jpeg>(new Jpeg(options));
  }

  AugmentationSort sort() const override { return AugmentationSort::kPixels; }

  void Change(Random& random, Image* image) const override {
    if (!Happens(options_.probability, random)) return;
    const int64_t num_qualities = options_.quality_max - options_.quality_min + 1;
    const auto quality =
        static_cast<int>(options_.quality_min +
                         static_cast<int64_t>(random.Index(static_cast<uint64_t>(num_qualities))));
    cv::Mat pixels = Pixels(image);
    std::vector<uint8_t> file;
    FACET_CHECK(cv::imencode(".jpg", pixels, file, {cv::IMWRITE_JPEG_QUALITY, quality}));
    cv::imdecode(file, cv::IMREAD_COLOR, &pixels);
    FACET_CHECK(pixels.data == image->bgr.data());  // of the same size, hence in place
  }

 private:
  explicit Jpeg(const Options& options) : options_(options) {}

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Jpeg, facet::Options, "jpeg",
             "compresses the image as JPEG of a random quality",
             "Hendrycks, Dietterich, arXiv:1903.12261")
