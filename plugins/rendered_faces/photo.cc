#include "plugins/rendered_faces/photo.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "core/base/check.h"
#include "core/base/processors.h"
#include "plugins/rendered_faces/canvas.h"
#include "plugins/rendered_faces/random.h"

namespace facet {
namespace {

// 8-bit code of linear light in [0, 1], with a soft shoulder above 0.8.
const std::array<float, 4096>& ToneTable() {
  static const std::array<float, 4096> table = [] {
    std::array<float, 4096> out{};
    for (size_t i = 0; i < out.size(); ++i) {
      float linear = 2.0f * static_cast<float>(i) / static_cast<float>(out.size() - 1);
      if (linear > 0.8f) linear = 0.8f + 0.2f * (1 - std::exp((0.8f - linear) / 0.2f));
      out[i] = 255 * std::pow(linear, 1 / 2.2f);
    }
    return out;
  }();
  return table;
}

FACET_INLINE float ToneMap(const float* table, float linear) {
  const int index = static_cast<int>(linear * (4095 / 2.0f) + 0.5f);
  return table[std::min(4095, std::max(0, index))];
}

// Codes of light, with the scene's exposure, saturation and contrast.
FACET_FOR_EACH_PROCESSOR void Develop(const float* table, const FaceColor* light, size_t count,
                                      float exposure, float saturation, float contrast,
                                      float* codes) {
  for (size_t i = 0; i < count; ++i) {
    float code[3];
    for (int c = 0; c < 3; ++c) code[c] = ToneMap(table, light[i][c] * exposure);
    const float gray = 0.114f * code[0] + 0.587f * code[1] + 0.299f * code[2];
    for (int c = 0; c < 3; ++c) {
      const float colored = gray + (code[c] - gray) * saturation;
      codes[3 * i + c] = 118 + (colored - 118) * contrast;
    }
  }
}

FACET_FOR_EACH_PROCESSOR void AddWeighted(const float* from, float weight, int count, float* to) {
  for (int i = 0; i < count; ++i) to[i] += weight * from[i];
}

FACET_FOR_EACH_PROCESSOR void Add(const float* from, int count, float* to) {
  for (int i = 0; i < count; ++i) to[i] += from[i];
}

// One row or column pass of a blur with the given kernel, borders replicated.
void BlurPass(const std::vector<float>& kernel, const std::vector<float>& in,
              std::vector<float>& out, int size, bool vertical) {
  const int radius = static_cast<int>(kernel.size() / 2);
  const int stride = 3 * size;
  for (int y = 0; y < size; ++y) {
    float* to = &out[static_cast<size_t>(y) * stride];
    std::fill(to, to + stride, 0.0f);
    for (int k = -radius; k <= radius; ++k) {
      const float weight = kernel[static_cast<size_t>(k + radius)];
      if (vertical) {
        const float* from =
            &in[static_cast<size_t>(std::min(size - 1, std::max(0, y + k))) * stride];
        AddWeighted(from, weight, stride, to);
        continue;
      }
      const float* from = &in[static_cast<size_t>(y) * stride];
      const int begin = std::max(0, -k), end = std::min(size, size - k);
      for (int i = 0; i < 3 * begin; ++i) to[i] += weight * from[i % 3];
      AddWeighted(from + 3 * (begin + k), weight, 3 * (end - begin), to + 3 * begin);
      for (int i = 3 * end; i < stride; ++i) to[i] += weight * from[stride - 3 + i % 3];
    }
  }
}

void Blur(float sigma_px, std::vector<float>& pixels, int size) {
  if (sigma_px < 0.2f) return;
  const int radius = std::max(1, static_cast<int>(std::ceil(2.5f * sigma_px)));
  std::vector<float> kernel;
  float sum = 0;
  for (int k = -radius; k <= radius; ++k) {
    kernel.push_back(Bell(static_cast<float>(k) / sigma_px));
    sum += kernel.back();
  }
  for (float& weight : kernel) weight /= sum;
  std::vector<float> rows(pixels.size());
  BlurPass(kernel, pixels, rows, size, false);
  BlurPass(kernel, rows, pixels, size, true);
}

// Averages along a line of `length_px`.
void MotionBlur(float length_px, float angle_rad, std::vector<float>& pixels, int size) {
  if (length_px < 1) return;
  const int taps = 2 * static_cast<int>(std::ceil(length_px / 2)) + 1;
  const std::vector<float> in = pixels;
  std::fill(pixels.begin(), pixels.end(), 0.0f);
  for (int tap = 0; tap < taps; ++tap) {
    const float along = (static_cast<float>(tap) / static_cast<float>(taps - 1) - 0.5f) * length_px;
    const int dx = static_cast<int>(std::lround(along * std::cos(angle_rad)));
    const int dy = static_cast<int>(std::lround(along * std::sin(angle_rad)));
    const int begin = std::min(size, std::max(0, -dx)),
              end = std::max(begin, std::min(size, size - dx));
    for (int y = 0; y < size; ++y) {
      const int from_y = std::min(size - 1, std::max(0, y + dy));
      const float* from = &in[static_cast<size_t>(from_y) * size * 3];
      float* to = &pixels[static_cast<size_t>(y) * size * 3];
      for (int x = 0; x < begin; ++x) Add(from, 3, to + 3 * x);
      Add(from + 3 * (begin + dx), 3 * (end - begin), to + 3 * begin);
      for (int x = end; x < size; ++x) Add(from + 3 * (size - 1), 3, to + 3 * x);
    }
  }
  for (float& value : pixels) value /= static_cast<float>(taps);
}

// Near enough to a normal distribution for grain: the sum of three of the numbers in 0 .. 127 that
// 21 bits hold; standard deviation 64.
float Grain(uint64_t bits) {
  const int sum = static_cast<int>(bits & 127) + static_cast<int>(bits >> 7 & 127) +
                  static_cast<int>(bits >> 14 & 127);
  return (static_cast<float>(sum) - 190.5f) * (1 / 64.0f);
}

uint8_t ToByte(float code) {
  return static_cast<uint8_t>(std::min(255.0f, std::max(0.0f, code)) + 0.5f);
}

}  // namespace

void Composite(const Frame& frame, LinearImage& image, int size) {
  constexpr int kSamples = Frame::kSamples;
  constexpr float kShare = 1.0f / (kSamples * kSamples);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const size_t first = (static_cast<size_t>(y) * frame.size + x) * kSamples;
      FaceColor sum{};
      float covered = 0;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const size_t i = first + static_cast<size_t>(s / kSamples) * frame.size + s % kSamples;
        if (frame.depth[i] <= Frame::kEmpty) continue;
        covered += kShare;
        for (int c = 0; c < 3; ++c) sum[c] += kShare * std::min(1.5f, frame.color[i][c]);
      }
      if (covered == 0) continue;
      FaceColor& pixel = image[static_cast<size_t>(y) * size + x];
      for (int c = 0; c < 3; ++c) pixel[c] = pixel[c] * (1 - covered) + sum[c];
    }
  }
}

Image Photograph(const FaceScene& scene, const LinearImage& image, int size) {
  std::vector<float> pixels(image.size() * 3);
  Develop(ToneTable().data(), image.data(), image.size(), scene.exposure, scene.saturation,
          scene.contrast, pixels.data());
  MotionBlur(scene.motion_px, scene.motion_angle_rad, pixels, size);
  Blur(scene.blur_px, pixels, size);
  Image photo(size, size);
  const uint64_t noise_seed = MixSeed(scene.seed, 29);
  for (size_t i = 0; i < image.size(); ++i) {
    const uint64_t bits = MixSeed(noise_seed, i);
    for (size_t c = 0; c < 3; ++c) {
      photo.bgr[3 * i + c] = ToByte(pixels[3 * i + c] + scene.noise * Grain(bits >> 21 * c));
    }
  }
  return scene.jpeg_quality > 0 ? Recompress(photo, scene.jpeg_quality) : photo;
}

Image Recompress(const Image& image, int quality) {
  const cv::Mat view(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
  std::vector<uint8_t> file;
  cv::imencode(".jpg", view, file, {cv::IMWRITE_JPEG_QUALITY, quality});
  Image out(image.width, image.height);
  cv::Mat decoded(image.height, image.width, CV_8UC3, out.bgr.data());
  cv::imdecode(file, cv::IMREAD_COLOR, &decoded);
  FACET_CHECK(decoded.data == out.bgr.data());
  return out;
}

}  // namespace facet
