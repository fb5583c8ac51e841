// RenderCrop. OpenCV's warpAffine would serve but for three things: it rounds coordinates to 1/32
// px, it cannot average areas, and it refuses images of more than 32767 px a side.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/api/geometry.h"
#include "core/base/check.h"
#include "core/image/image_io.h"

namespace facet {
namespace {

// Image px that one pixel of the crop covers, along the direction in which it covers most.
double Stretch(const Affine& image_from_crop) {
  const std::array<double, 6>& m = image_from_crop.m;
  return std::max(std::hypot(m[0], m[3]), std::hypot(m[1], m[4]));
}

// A position along one axis: the two pixels around it and the second one's weight. The comparison
// as doubles comes first: a crop may lie anywhere.
struct Tap {
  int first, second;
  float weight;
};
Tap TapAt(double position, int size) {
  position = std::clamp(position, 0.0, static_cast<double>(size - 1));
  const int first = static_cast<int>(position);
  return {first, std::min(first + 1, size - 1), static_cast<float>(position - first)};
}

// A crop that shrinks by more than this (a face of 14,000 px for a network of 224) is sampled
// sparsely: time stays bounded for boxes of any size.
constexpr double kMaxSamples = 64;

void AddSample(const Image& image, const Point& at, float* sum) {
  const Tap x = TapAt(at.x, image.width), y = TapAt(at.y, image.height);
  const uint8_t* top = image.Pixel(0, y.first);
  const uint8_t* bottom = image.Pixel(0, y.second);
  const float w11 = x.weight * y.weight, w10 = y.weight - w11, w01 = x.weight - w11;
  const float w00 = 1.0f - x.weight - w10;
  for (int c = 0; c < 3; ++c) {
    sum[c] += w00 * top[3 * x.first + c] + w01 * top[3 * x.second + c] +
              w10 * bottom[3 * x.first + c] + w11 * bottom[3 * x.second + c];
  }
}

}  // namespace

// Each pixel of the crop is the mean of n x n bilinear samples spread over its area, n being the
// number of image px that it covers along a side: at most one px apart, they skip none.
Image RenderCrop(const Image& image, const std::array<double, 6>& crop_from_image, double aspect,
                 int shorter_side_px) {
  FACET_CHECK(image.width > 0 && image.height > 0 && shorter_side_px > 0 && aspect > 0);
  const double side = shorter_side_px;
  Image crop(aspect > 1 ? static_cast<int>(std::lround(side * aspect)) : shorter_side_px,
             aspect > 1 ? shorter_side_px : static_cast<int>(std::lround(side / aspect)));
  const Affine image_from_crop = Affine{crop_from_image}.Inverse();
  const Affine image_from_pixel =
      image_from_crop.After({{1 / side, 0, 0.5 / side, 0, 1 / side, 0.5 / side}});
  // The tolerance keeps a crop at scale 1 free of blur whatever the rounding of the map.
  const int n =
      static_cast<int>(std::clamp(std::ceil(Stretch(image_from_pixel) - 1e-6), 1.0, kMaxSamples));
  const float share = 1.0f / (static_cast<float>(n) * static_cast<float>(n));
  for (int row = 0; row < crop.height; ++row) {
    for (int column = 0; column < crop.width; ++column) {
      float sum[3] = {0, 0, 0};
      for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) {
          AddSample(image,
                    image_from_pixel({column + (j + 0.5) / n - 0.5, row + (i + 0.5) / n - 0.5}),
                    sum);
        }
      }
      uint8_t* pixel = crop.Pixel(column, row);
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<uint8_t>(std::clamp(sum[c] * share + 0.5f, 0.0f, 255.0f));
      }
    }
  }
  return crop;
}

}  // namespace facet
