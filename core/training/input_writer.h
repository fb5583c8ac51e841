// Crops -> what the network sees: a window of its input size, perhaps mirrored, the mean
// subtracted, scaled, in its channel order.
#ifndef FACET_CORE_TRAINING_INPUT_WRITER_H_
#define FACET_CORE_TRAINING_INPUT_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/api/image.h"

namespace facet {

// NetworkInput (core/api/architecture.h) without LibTorch, and with the mean that was measured.
struct InputFormat {
  int64_t size_px = 0;
  bool rgb = true;
  // [3], or [size_px, size_px, 3] of a mean image; B, G, R.
  std::vector<float> mean_bgr;
  std::array<float, 3> scale_bgr = {1, 1, 1};

  int64_t num_values() const { return size_px * size_px * 3; }
};

// The window's upper left corner in the crop.
struct Window {
  int x = 0, y = 0;
  bool mirror = false;
};
Window CentralWindow(const Image& crop, int64_t size_px);

// Writes size_px * size_px * 3 values, channels last. The window lies inside the crop. A mean image
// belongs to the network's input: it is not mirrored.
void WriteInput(const InputFormat& format, const Image& crop, const Window& window, float* out);

// Sums over crops, for the mean per channel or the mean image (of central windows).
class MeanMeter {
 public:
  MeanMeter(int64_t size_px, bool image);
  void Add(const Image& crop);
  std::vector<float> Mean() const;  // at least one crop was added

 private:
  const int64_t size_px_;
  const bool image_;
  std::vector<double> sums_;
  int64_t count_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_INPUT_WRITER_H_
