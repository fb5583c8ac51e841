// Random erasing: a rectangle becomes noise. Of an image of W x H px, with the area S uniform in
// W H area_min .. W H area_max and the aspect r uniform in aspect_min .. 1 / aspect_min,
//   height = round(sqrt(S r)), width = round(sqrt(S / r)),
// drawn again while it does not fit, at a uniform place; its values are uniform in 0 .. 255.
//
// In, out: an image; what is outside the rectangle stays. Where 100 draws do not fit (an image of
// few pixels), nothing is erased.
// Errors: InvalidArgument if area_min is above area_max.
// Source: Zhong et al., arXiv:1708.04896, algorithm 1, with its defaults (section 4). There the
// place is drawn over the image, and all again where the rectangle leaves it; here only over places
// that fit, so that large rectangles are as likely as small ones.
// Example:  train.augmentation.erase = { probability = 0.5 }
#include <cmath>
#include <memory>

#include "core/api/augmentation.h"
#include "plugins/augmentations/drawn_range.h"

namespace facet {
namespace {

constexpr int kDraws = 100;

struct Options {
  double probability = 0.5;
  double area_min = 0.02, area_max = 0.4;
  double aspect_min = 0.3;

  void Visit(OptionVisitor& v) {
    v("probability", probability, Range(0, 1), "that a visit has it [1]; Zhong");
    v("area_min", area_min, AboveUpTo(0, 1), "smallest rectangle [share of the image]; Zhong");
    v("area_max", area_max, AboveUpTo(0, 1),
      "largest rectangle [share of the image]; uniform between both; Zhong");
    v("aspect_min", aspect_min, AboveUpTo(0, 1),
      "height / width is uniform between it and 1 / it [1]; Zhong");
  }
};

struct Rectangle {
  int x = 0, y = 0, width = 0, height = 0;
};

// Its height is 0 if none fits.
Rectangle Draw(const Options& options, int width_px, int height_px, Random& random) {
  for (int draw = 0; draw < kDraws; ++draw) {
    const double area = random.Uniform(options.area_min, options.area_max) *
                        static_cast<double>(width_px) * height_px;
    const double aspect = random.Uniform(options.aspect_min, 1 / options.aspect_min);
    const auto height = static_cast<int>(std::lround(std::sqrt(area * aspect)));
    const auto width = static_cast<int>(std::lround(std::sqrt(area / aspect)));
    if (height < 1 || width < 1 || height > height_px || width > width_px) continue;
    const auto x = static_cast<int>(random.Index(static_cast<uint64_t>(width_px - width) + 1));
    const auto y = static_cast<int>(random.Index(static_cast<uint64_t>(height_px - height) + 1));
    return {x, y, width, height};
  }
  return {};
}

class Erase final : public Augmentation {
 public:
  static absl::StatusOr<std::unique_ptr<Erase>> Create(const Options& options) {
    FACET_RETURN_IF_ERROR(CheckOrder("area_min", options.area_min, "area_max", options.area_max));
    return std::unique_ptr<Erase>(new Erase(options));
  }

  AugmentationSort sort() const override { return AugmentationSort::kPixels; }

  void Change(Random& random, Image* image) const override {
    if (!Happens(options_.probability, random)) return;
    const Rectangle erased = Draw(options_, image->width, image->height, random);
    for (int y = 0; y < erased.height; ++y) {
      uint8_t* const row = image->Pixel(erased.x, erased.y + y);
      uint64_t bits = 0;
      for (int i = 0; i < erased.width * 3; ++i, bits >>= 8) {
        if (i % 8 == 0) bits = random.Bits();
        row[i] = static_cast<uint8_t>(bits);
      }
    }
  }

 private:
  explicit Erase(const Options& options) : options_(options) {}

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Augmentation, facet::Erase, facet::Options, "erase",
             "random erasing: a rectangle of noise", "Zhong et al., arXiv:1708.04896")
