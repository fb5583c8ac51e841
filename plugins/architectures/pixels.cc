// The raw-pixel baseline: a face described by its grey values. Nothing is learned; what a network
// gains is what it has over this.
//
// In:  images [N, 3, input_px, input_px], float32, RGB, 0..255.
// Out: [N, size_px^2], grey (ITU-R BT.601 weights), averaged over the cells of a size_px x size_px
//      grid, the image's own mean subtracted.
// Example:  architecture = { use = "pixels", input_px = 64, size_px = 32 }
#include <ATen/ATen.h>

#include "core/api/architecture.h"

namespace {

struct Options {
  int64_t input_px = 64;
  int64_t size_px = 32;

  void Visit(facet::OptionVisitor& v) {
    v("input_px", input_px, facet::Range(1, 1024), "side of the input [px]");
    v("size_px", size_px, facet::Range(1, 1024), "side of the grid [cells]; at most input_px");
  }
};

class Pixels final : public facet::Architecture {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kFixed};
  static absl::StatusOr<std::unique_ptr<Pixels>> Create(const Options& options) {
    if (options.size_px > options.input_px) {
      return absl::InvalidArgumentError(absl::StrCat("pixels.size_px = ", options.size_px,
                                                     " exceeds input_px = ", options.input_px));
    }
    return std::make_unique<Pixels>(options);
  }
  explicit Pixels(const Options& options) : options_(options) {}

  facet::NetworkInput input() const override {
    facet::NetworkInput input;
    input.size_px = options_.input_px;
    input.mean_bgr = {0.0, 0.0, 0.0};
    return input;
  }
  int64_t dimension() const override { return options_.size_px * options_.size_px; }
  bool trainable() const override { return false; }
  void Initialize(uint64_t) override {}

  at::Tensor Forward(const at::Tensor& images, bool) override {
    const at::Tensor grey =
        0.299 * images.select(1, 0) + 0.587 * images.select(1, 1) + 0.114 * images.select(1, 2);
    const at::Tensor cells =
        at::adaptive_avg_pool2d(grey.unsqueeze(1), {options_.size_px, options_.size_px});
    const at::Tensor flat = at::flatten(cells, 1);
    return flat - flat.mean(1, /*keepdim=*/true);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Architecture, Pixels, Options, "pixels", "grey pixels: the raw baseline", "-")
