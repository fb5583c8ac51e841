#include "core/training/input_transform.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/check.h"

namespace facet {

absl::StatusOr<InputTransform> InputTransform::Create(const NetworkInput& input,
                                                      const StoredTensor* mean_bgr) {
  InputTransform transform;
  transform.size_px_ = static_cast<int>(input.size_px);
  transform.rgb_ = input.rgb;
  transform.scale_bgr_.assign(input.scale_bgr.begin(), input.scale_bgr.end());
  if (mean_bgr == nullptr) {
    transform.mean_bgr_.assign(input.mean_bgr.begin(), input.mean_bgr.end());
    transform.mean_bgr_.resize(3, 0.0f);
    return transform;
  }
  const std::vector<int64_t> per_channel = {3};
  const std::vector<int64_t> per_pixel = {3, input.size_px, input.size_px};
  if (mean_bgr->shape != per_channel && mean_bgr->shape != per_pixel) {
    return absl::InvalidArgumentError(
        absl::StrCat("the stored mean has shape [", absl::StrJoin(mean_bgr->shape, ", "),
                     "], the network takes [3] or [3, ", input.size_px, ", ", input.size_px, "]"));
  }
  transform.mean_image_ = mean_bgr->shape == per_pixel;
  transform.mean_bgr_ = mean_bgr->values;
  return transform;
}

void InputTransform::Apply(const Image& crop, int x, int y, bool mirror, float* out) const {
  FACET_CHECK(x >= 0 && y >= 0 && x + size_px_ <= crop.width && y + size_px_ <= crop.height);
  const int64_t plane = int64_t{size_px_} * size_px_;
  for (int channel = 0; channel < 3; ++channel) {
    const int bgr = rgb_ ? 2 - channel : channel;
    const float scale = scale_bgr_[static_cast<size_t>(bgr)];
    const float* mean = &mean_bgr_[static_cast<size_t>(mean_image_ ? bgr * plane : bgr)];
    float* values = out + channel * plane;
    for (int row = 0; row < size_px_; ++row) {
      const uint8_t* pixels = crop.Pixel(x, y + row) + bgr;
      for (int column = 0; column < size_px_; ++column) {
        const int source = mirror ? size_px_ - 1 - column : column;
        const int64_t index = int64_t{row} * size_px_ + column;
        values[index] = (static_cast<float>(pixels[3 * source]) - mean[mean_image_ ? index : 0]) * scale;
      }
    }
  }
}

}  // namespace facet
