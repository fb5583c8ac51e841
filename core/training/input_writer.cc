#include "core/training/input_writer.h"

#include <algorithm>

#include "core/base/check.h"

namespace facet {
namespace {

// `count` pixels, each `step` values after the one before it, in the network's order of channels.
template <class Value>
void CopyPixels(const Value* from, int step, bool rgb, int count, Value* to) {
  const int first = rgb ? 2 : 0, last = 2 - first;
  for (int x = 0; x < count; ++x, from += step, to += 3) {
    to[0] = from[first];
    to[1] = from[1];
    to[2] = from[last];
  }
}

void RepeatPixel(const float* pixel, bool rgb, std::vector<float>* row) {
  CopyPixels(pixel, /*step=*/0, rgb, static_cast<int>(row->size() / 3), row->data());
}

// Of kLanes values each: a loop of a fixed length is what compilers turn into vectors.
constexpr int64_t kLanes = 16;

void Normalize(const uint8_t* bytes, const float* means, const float* scales, int64_t count,
               float* out) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    float values[kLanes];
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      values[lane] = (static_cast<float>(bytes[i + lane]) - means[i + lane]) * scales[i + lane];
    }
    std::copy(values, values + kLanes, out + i);
  }
  for (; i < count; ++i) out[i] = (static_cast<float>(bytes[i]) - means[i]) * scales[i];
}

}  // namespace

Window CentralWindow(const Image& crop, int64_t size_px) {
  const int size = static_cast<int>(size_px);
  return {(crop.width - size) / 2, (crop.height - size) / 2, false};
}

void WriteInput(const InputFormat& format, const Image& crop, const Window& window, float* out) {
  const int size = static_cast<int>(format.size_px);
  FACET_CHECK(window.x >= 0 && window.y >= 0 && window.x + size <= crop.width &&
              window.y + size <= crop.height);
  const bool mean_image = format.mean_bgr.size() > 3;
  const int64_t values = 3 * format.size_px;
  std::vector<uint8_t> row(static_cast<size_t>(values));
  std::vector<float> means(row.size()), scales(row.size());
  RepeatPixel(format.scale_bgr.data(), format.rgb, &scales);
  if (!mean_image) RepeatPixel(format.mean_bgr.data(), format.rgb, &means);
  for (int y = 0; y < size; ++y) {
    if (mean_image) {
      const float* const mean = format.mean_bgr.data() + y * values;
      CopyPixels(mean, /*step=*/3, format.rgb, size, means.data());
    }
    const uint8_t* const first =
        crop.Pixel(window.x + (window.mirror ? size - 1 : 0), window.y + y);
    CopyPixels(first, window.mirror ? -3 : 3, format.rgb, size, row.data());
    Normalize(row.data(), means.data(), scales.data(), values, out + y * values);
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
