#include "core/training/input_writer.h"

#include "core/base/check.h"

namespace facet {

Window CentralWindow(const Image& crop, int64_t size_px) {
  const int size = static_cast<int>(size_px);
  return {(crop.width - size) / 2, (crop.height - size) / 2, false};
}

void WriteInput(const InputFormat& format, const Image& crop, const Window& window, float* out) {
  const int size = static_cast<int>(format.size_px);
  FACET_CHECK(window.x >= 0 && window.y >= 0 && window.x + size <= crop.width &&
              window.y + size <= crop.height);
  const bool mean_image = format.mean_bgr.size() > 3;
  const float* mean = format.mean_bgr.data();
  for (int y = 0; y < size; ++y) {
    const uint8_t* pixel = crop.Pixel(window.x + (window.mirror ? size - 1 : 0), window.y + y);
    const int step = window.mirror ? -3 : 3;
    for (int x = 0; x < size; ++x, pixel += step, out += 3) {
      for (int c = 0; c < 3; ++c) {
        out[format.rgb ? 2 - c : c] =
            (static_cast<float>(pixel[c]) - mean[c]) * format.scale_bgr[static_cast<size_t>(c)];
      }
      if (mean_image) mean += 3;
    }
  }
}

MeanMeter::MeanMeter(int64_t size_px, bool image)
    : size_px_(size_px),
      image_(image),
      sums_(image ? static_cast<size_t>(size_px * size_px * 3) : 3, 0.0) {}

void MeanMeter::Add(const Image& crop) {
  if (!image_) {
    for (size_t i = 0; i < crop.bgr.size(); ++i) sums_[i % 3] += crop.bgr[i];
    count_ += static_cast<int64_t>(crop.bgr.size() / 3);
    return;
  }
  const Window window = CentralWindow(crop, size_px_);
  auto sum = sums_.begin();
  for (int y = 0; y < size_px_; ++y) {
    const uint8_t* row = crop.Pixel(window.x, window.y + y);
    for (int64_t i = 0; i < size_px_ * 3; ++i) *sum++ += row[i];
  }
  ++count_;
}

std::vector<float> MeanMeter::Mean() const {
  FACET_CHECK(count_ > 0);
  std::vector<float> mean;
  for (const double sum : sums_)
    mean.push_back(static_cast<float>(sum / static_cast<double>(count_)));
  return mean;
}

}  // namespace facet
