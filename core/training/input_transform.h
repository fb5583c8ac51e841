// A window of a stored crop -> what the network sees: [3, S, S] float32, (pixel - mean) * scale, in
// the network's channel order. Training and describing go through this one function.
#ifndef FACET_CORE_TRAINING_INPUT_TRANSFORM_H_
#define FACET_CORE_TRAINING_INPUT_TRANSFORM_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/api/image.h"
#include "core/training/weights_file.h"

namespace facet {

// Name of the mean in a weights file: [3] (per channel) or [3, S, S] (mean image), order B, G, R.
inline constexpr char kMeanTensor[] = "input.mean";

class InputTransform {
 public:
  // `mean_bgr` may be null: the network's own mean, or none. InvalidArgument if its shape fits
  // neither 3 nor 3 x S x S.
  static absl::StatusOr<InputTransform> Create(const NetworkInput& input,
                                               const StoredTensor* mean_bgr);

  int size_px() const { return size_px_; }
  int64_t num_values() const { return int64_t{3} * size_px_ * size_px_; }
  // The window whose upper left pixel is (x, y), mirrored if asked; it must lie inside the crop.
  void Apply(const Image& crop, int x, int y, bool mirror, float* out) const;

 private:
  InputTransform() = default;
  int size_px_ = 0;
  bool rgb_ = true;
  bool mean_image_ = false;
  std::vector<float> mean_bgr_;  // 3 or 3 * S * S values
  std::vector<float> scale_bgr_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_INPUT_TRANSFORM_H_
