// RenderCrop. OpenCV's warpAffine would serve but for three things: it rounds coordinates to 1/32
// px, it cannot average areas, and it refuses images of more than 32767 px a side.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/api/geometry.h"
#include "core/base/check.h"
#include "core/base/processors.h"
#include "core/image/image_io.h"

namespace facet {
namespace {

// Image px that one pixel of the crop covers, along the direction in which it covers most.
double Stretch(const Affine& image_from_crop) {
  const std::array<double, 6>& m = image_from_crop.m;
  return std::max(std::hypot(m[0], m[3]), std::hypot(m[1], m[4]));
}

// A position along one axis: the places of the two pixels around it, `stride` bytes apart, and the
// second one's weight. The comparison as doubles comes first: a crop may lie anywhere.
struct Tap {
  ptrdiff_t first, second;
  float weight;
};
FACET_INLINE Tap TapAt(double position, int size, ptrdiff_t stride) {
  position = std::clamp(position, 0.0, static_cast<double>(size - 1));
  const int first = static_cast<int>(position);
  return {first * stride, std::min(first + 1, size - 1) * stride,
          static_cast<float>(position - first)};
}

// A crop that shrinks by more than this (a face of 14,000 px for a network of 224) is sampled
// sparsely: time stays bounded for boxes of any size.
constexpr double kMaxSamples = 64;

// The channels of a pixel side by side; the fourth lane is nobody's. Each lane is computed as a float
// by itself is: the bits are the same without such lanes.
using Lanes = float __attribute__((vector_size(16)));

FACET_INLINE Lanes PixelAt(const uint8_t* bgr, bool may_read_on) {
  using Bytes = uint8_t __attribute__((vector_size(16)));
  using Halves = uint16_t __attribute__((vector_size(16)));
  using Words = int32_t __attribute__((vector_size(16)));
  uint32_t bytes = 0;
  std::memcpy(&bytes, bgr, 3);
  if (may_read_on) std::memcpy(&bytes, bgr, 4);  // in one go
  const Words loaded = {static_cast<int32_t>(bytes)};
  const Bytes low = reinterpret_cast<Bytes>(loaded);
  const Bytes spread = __builtin_shuffle(
      low, Bytes{}, Bytes{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23});
  const Halves halves = reinterpret_cast<Halves>(spread);
  const Halves words = __builtin_shuffle(halves, Halves{}, Halves{0, 8, 1, 9, 2, 10, 3, 11});
  return __builtin_convertvector(reinterpret_cast<Words>(words), Lanes);
}

// Rounded to 8 bits.
FACET_INLINE void StorePixel(const Lanes& sum, float share, uint8_t* bgr) {
  using Words = int32_t __attribute__((vector_size(16)));
  constexpr Lanes kLeast = {}, kMost = {255.0F, 255.0F, 255.0F, 255.0F};
  Lanes value = sum * share + 0.5F;
  value = value < kLeast ? kLeast : value;
  value = kMost < value ? kMost : value;
  const Words words = __builtin_convertvector(value, Words);
  for (int c = 0; c < 3; ++c) bgr[c] = static_cast<uint8_t>(words[c]);
}

// Bilinear samples of an image.
class Sampler {
 public:
  explicit Sampler(const Image& image) : image_(image), stride_(ptrdiff_t{3} * image.width) {}

  FACET_INLINE Tap Column(double x) const { return TapAt(x, image_.width, 3); }
  FACET_INLINE Tap Row(double y) const { return TapAt(y, image_.height, stride_); }

  FACET_INLINE void Add(const Tap& x, const Tap& y, Lanes* sum) const {
    // A byte more can be read but behind the image's last pixel.
    if (y.second < stride_ * (image_.height - 1)) {
      AddSample<true>(x, y, sum);
    } else {
      AddSample<false>(x, y, sum);
    }
  }

 private:
  template <bool may_read_on>
  FACET_INLINE void AddSample(const Tap& x, const Tap& y, Lanes* sum) const {
    const uint8_t* top = image_.bgr.data() + y.first;
    const uint8_t* bottom = image_.bgr.data() + y.second;
    const float w11 = x.weight * y.weight, w10 = y.weight - w11, w01 = x.weight - w11;
    const float w00 = 1.0f - x.weight - w10;
    *sum += w00 * PixelAt(top + x.first, may_read_on) + w01 * PixelAt(top + x.second, may_read_on) +
            w10 * PixelAt(bottom + x.first, may_read_on) +
            w11 * PixelAt(bottom + x.second, may_read_on);
  }

  const Image& image_;
  const ptrdiff_t stride_;
};

// Adds the samples of a row of the crop at this place across it, n to a pixel.
class RowSampler {
 public:
  FACET_INLINE RowSampler(const Image& image, const Affine& image_from_pixel, int n, int width)
      : sampler_(image), map_(image_from_pixel), n_(n), columns_(static_cast<size_t>(n) * width) {
    for (size_t k = 0; k < columns_.size(); ++k) {
      columns_[k] = static_cast<double>(k / n) + (static_cast<double>(k % n) + 0.5) / n - 0.5;
    }
    // Upright: where a sample lies in one direction does not depend on the other.
    is_upright_ = map_.m[1] == 0 && map_.m[3] == 0;
    if (!is_upright_) return;
    for (const double column : columns_) taps_.push_back(sampler_.Column(map_({column, 0}).x));
  }

  FACET_INLINE void Add(double row, std::vector<Lanes>* sums) const {
    size_t k = 0;
    if (is_upright_) {
      const Tap y = sampler_.Row(map_({0, row}).y);
      for (Lanes& sum : *sums) {
        for (int j = 0; j < n_; ++j) sampler_.Add(taps_[k++], y, &sum);
      }
      return;
    }
    for (Lanes& sum : *sums) {
      for (int j = 0; j < n_; ++j) {
        const Point at = map_({columns_[k++], row});
        sampler_.Add(sampler_.Column(at.x), sampler_.Row(at.y), &sum);
      }
    }
  }

 private:
  const Sampler sampler_;
  const Affine map_;
  const int n_;
  std::vector<double> columns_;  // of the samples of a row, px of the crop
  bool is_upright_ = false;
  std::vector<Tap> taps_;  // of columns_, if it is
};

}  // namespace

// Each pixel of the crop is the mean of n x n bilinear samples spread over its area, n being the
// number of image px that it covers along a side: at most one px apart, they skip none.
//
// AVX2 has one encoding for all widths: code of SSE is several times as slow where others have left
// the upper halves of registers in use.
FACET_FOR_AVX2 Image RenderCrop(const Image& image, const std::array<double, 6>& crop_from_image,
                                double aspect, int shorter_side_px) {
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
  const RowSampler samples(image, image_from_pixel, n, crop.width);
  std::vector<Lanes> sums(static_cast<size_t>(crop.width));
  for (int row = 0; row < crop.height; ++row) {
    std::fill(sums.begin(), sums.end(), Lanes{});
    for (int i = 0; i < n; ++i) samples.Add(row + (i + 0.5) / n - 0.5, &sums);
    uint8_t* pixel = crop.Pixel(0, row);
    for (const Lanes& sum : sums) {
      StorePixel(sum, share, pixel);
      pixel += 3;
    }
  }
  return crop;
}

#undef FACET_INLINE

}  // namespace facet
