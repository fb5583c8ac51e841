#include "plugins/support/face_photo.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "core/base/check.h"
#include "plugins/support/face_canvas.h"
#include "plugins/support/face_random.h"

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

float ToneMap(float linear) {
  const int index = static_cast<int>(linear * (4095 / 2.0f) + 0.5f);
  return ToneTable()[static_cast<size_t>(std::min(4095, std::max(0, index)))];
}

FaceColor RandomColor(FaceRandom& random, double saturation) {
  const double gray = random.Uniform(0.05, 0.95);
  FaceColor color;
  for (float& c : color) {
    const double value =
        std::min(1.0, std::max(0.02, gray + saturation * random.Uniform(-0.5, 0.5)));
    c = static_cast<float>(std::pow(value, 2.2));
  }
  return color;
}

struct Shape {  // of the background, in shares of the image's side
  bool ellipse;
  float x, y, half_width, half_height, cos, sin, softness;
  FaceColor color;
};

void PaintShape(const Shape& shape, LinearImage& image, int size) {
  const float reach =
      std::sqrt(shape.half_width * shape.half_width + shape.half_height * shape.half_height) *
      (1 + shape.softness);
  const float scale = static_cast<float>(size);
  const int x0 = std::max(0, static_cast<int>((shape.x - reach) * scale));
  const int x1 = std::min(size - 1, static_cast<int>((shape.x + reach) * scale));
  const int y0 = std::max(0, static_cast<int>((shape.y - reach) * scale));
  const int y1 = std::min(size - 1, static_cast<int>((shape.y + reach) * scale));
  for (int y = y0; y <= y1; ++y) {
    for (int x = x0; x <= x1; ++x) {
      const float dx = static_cast<float>(x) / scale - shape.x;
      const float dy = static_cast<float>(y) / scale - shape.y;
      const float a = std::abs(dx * shape.cos + dy * shape.sin) / shape.half_width;
      const float b = std::abs(dy * shape.cos - dx * shape.sin) / shape.half_height;
      const float r = shape.ellipse ? std::sqrt(a * a + b * b) : std::max(a, b);
      const float alpha = SmoothStep(1 + shape.softness, 1 - shape.softness, r);
      if (alpha > 0) Blend(image[static_cast<size_t>(y) * size + x], shape.color, alpha);
    }
  }
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
        for (int i = 0; i < stride; ++i) to[i] += weight * from[i];
        continue;
      }
      const float* from = &in[static_cast<size_t>(y) * stride];
      const int begin = std::max(0, -k), end = std::min(size, size - k);
      for (int i = 0; i < 3 * begin; ++i) to[i] += weight * from[i % 3];
      for (int i = 3 * begin; i < 3 * end; ++i) to[i] += weight * from[i + 3 * k];
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
    for (int y = 0; y < size; ++y) {
      const int from_y = std::min(size - 1, std::max(0, y + dy));
      for (int x = 0; x < size; ++x) {
        const int from_x = std::min(size - 1, std::max(0, x + dx));
        for (int c = 0; c < 3; ++c) {
          pixels[(static_cast<size_t>(y) * size + x) * 3 + c] +=
              in[(static_cast<size_t>(from_y) * size + from_x) * 3 + c];
        }
      }
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

LinearImage DrawBackground(uint64_t seed, int size) {
  FaceRandom random(MixSeed(seed, 21));
  const double saturation = random.Uniform(0.05, 0.6);
  const FaceColor top = RandomColor(random, saturation), bottom = RandomColor(random, saturation);
  // Out of focus: drawn small and enlarged.
  const int small = std::max(16, static_cast<int>(size * random.Uniform(0.15, 0.8)));
  LinearImage scene(static_cast<size_t>(small) * small);
  for (int y = 0; y < small; ++y) {
    FaceColor row = top;
    Blend(row, bottom, static_cast<float>(y) / static_cast<float>(small));
    std::fill_n(scene.begin() + static_cast<std::ptrdiff_t>(y) * small, small, row);
  }
  const int shapes = random.Index(random.Chance(0.3) ? 4 : 26);
  for (int i = 0; i < shapes; ++i) {
    Shape shape;
    shape.ellipse = random.Chance(0.4);
    shape.x = static_cast<float>(random.Uniform(-0.1, 1.1));
    shape.y = static_cast<float>(random.Uniform(-0.1, 1.1));
    shape.half_width = static_cast<float>(0.02 + 0.3 * random.Uniform() * random.Uniform());
    shape.half_height = static_cast<float>(0.02 + 0.5 * random.Uniform() * random.Uniform());
    const double angle = random.Chance(0.6) ? 0 : random.Uniform(0, M_PI);
    shape.cos = static_cast<float>(std::cos(angle));
    shape.sin = static_cast<float>(std::sin(angle));
    shape.softness = static_cast<float>(random.Uniform(0.02, 0.4));
    shape.color = RandomColor(random, saturation);
    PaintShape(shape, scene, small);
  }
  LinearImage image(static_cast<size_t>(size) * size);
  const float step = static_cast<float>(small - 1) / static_cast<float>(size);
  for (int y = 0; y < size; ++y) {
    const float fy = static_cast<float>(y) * step;
    const size_t iy = static_cast<size_t>(fy);
    const float ty = fy - static_cast<float>(iy);
    for (int x = 0; x < size; ++x) {
      const float fx = static_cast<float>(x) * step;
      const size_t ix = static_cast<size_t>(fx);
      const float tx = fx - static_cast<float>(ix);
      const FaceColor *a = &scene[iy * small + ix], *b = a + small;
      FaceColor& out = image[static_cast<size_t>(y) * size + x];
      for (int c = 0; c < 3; ++c)
        out[c] = Mix(Mix(a[0][c], a[1][c], tx), Mix(b[0][c], b[1][c], tx), ty);
    }
  }
  return image;
}

void Composite(const Frame& frame, LinearImage& image, int size) {
  constexpr int kSamples = Frame::kSamples;
  constexpr float kShare = 1.0f / (kSamples * kSamples);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      FaceColor sum{};
      float covered = 0;
      for (int s = 0; s < kSamples * kSamples; ++s) {
        const size_t i = static_cast<size_t>(y * kSamples + s / kSamples) * frame.size +
                         static_cast<size_t>(x * kSamples + s % kSamples);
        if (frame.depth[i] <= Frame::kEmpty) continue;
        covered += kShare;
        for (int c = 0; c < 3; ++c) sum[c] += kShare * std::min(1.5f, frame.color[i][c]);
      }
      FaceColor& pixel = image[static_cast<size_t>(y) * size + x];
      for (int c = 0; c < 3; ++c) pixel[c] = pixel[c] * (1 - covered) + sum[c];
    }
  }
}

void DrawOccluder(const FaceScene& scene, const FaceColor& skin, const Box& box, LinearImage& image,
                  int size) {
  if (scene.occluder != Occluder::kHand && scene.occluder != Occluder::kBlock) return;
  FaceRandom random(MixSeed(scene.seed, 23));
  const float scale = 1 / static_cast<float>(size);
  const float width = static_cast<float>(box.width) * scale;
  const float height = static_cast<float>(box.height) * scale;
  const float side = random.Chance(0.5) ? 1.0f : -1.0f;
  Shape shape;
  shape.softness = 0.06f;
  shape.x = static_cast<float>(box.x) * scale +
            width * (0.5f + side * static_cast<float>(random.Uniform(0.25, 0.6)));
  shape.y =
      static_cast<float>(box.y) * scale + height * static_cast<float>(random.Uniform(0.35, 1.0));
  const double angle = random.Uniform(-0.6, 0.6);
  shape.cos = static_cast<float>(std::cos(angle));
  shape.sin = static_cast<float>(std::sin(angle));
  if (scene.occluder == Occluder::kBlock) {
    shape.ellipse = random.Chance(0.5);
    shape.half_width = width * static_cast<float>(random.Uniform(0.15, 0.4));
    shape.half_height = height * static_cast<float>(random.Uniform(0.15, 0.5));
    shape.color = RandomColor(random, 0.5);
    PaintShape(shape, image, size);
    return;
  }
  shape.ellipse = true;
  for (int finger = 0; finger < 4; ++finger) {
    shape.half_width = 0.07f * width;
    shape.half_height = 0.33f * height;
    const float shade = finger % 2 == 0 ? 0.95f : 0.8f;
    for (size_t c = 0; c < 3; ++c) {
      shape.color[c] = shade * skin[c] * (scene.ambient_color[c] + 0.7f * scene.light_color[c]);
    }
    PaintShape(shape, image, size);
    shape.x += 0.125f * width * shape.cos;
    shape.y += 0.125f * width * shape.sin;
  }
}

Image Photograph(const FaceScene& scene, const LinearImage& image, int size) {
  std::vector<float> pixels(image.size() * 3);
  for (size_t i = 0; i < image.size(); ++i) {
    float code[3];
    for (int c = 0; c < 3; ++c) code[c] = ToneMap(image[i][c] * scene.exposure);
    const float gray = 0.114f * code[0] + 0.587f * code[1] + 0.299f * code[2];
    for (int c = 0; c < 3; ++c) {
      const float colored = gray + (code[c] - gray) * scene.saturation;
      pixels[3 * i + c] = 118 + (colored - 118) * scene.contrast;
    }
  }
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
