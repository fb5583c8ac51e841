#include "core/training/augment.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace facet {
namespace {

constexpr int kEraseDraws = 100;
// Grey level of B, G, R (ITU-R BT.601).
constexpr double kGrey[] = {0.114, 0.587, 0.299};

using Matrix = std::array<double, 9>;

bool ChangesGeometry(const AugmentSettings& s) {
  return s.zoom_min != 1 || s.zoom_max != 1 || s.rotation_rad > 0;
}
bool ChangesColour(const AugmentSettings& s) {
  return s.brightness > 0 || s.contrast > 0 || s.saturation > 0 || s.hue_rad > 0 || s.grey > 0;
}

Matrix Product(const Matrix& a, const Matrix& b) {
  Matrix product = {};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      for (size_t k = 0; k < 3; ++k) product[i * 3 + j] += a[i * 3 + k] * b[k * 3 + j];
    }
  }
  return product;
}

// About the axis (1, 1, 1).
Matrix HueRotation(double angle_rad) {
  const double cosine = std::cos(angle_rad), rest = (1 - cosine) / 3;
  const double sine = std::sin(angle_rad) / std::sqrt(3.0);
  Matrix rotation;
  for (size_t i = 0; i < 3; ++i) {
    rotation[i * 3 + i] = cosine + rest;
    rotation[i * 3 + (i + 1) % 3] = rest - sine;
    rotation[i * 3 + (i + 2) % 3] = rest + sine;
  }
  return rotation;
}

Matrix Saturation(double factor) {
  Matrix matrix;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      matrix[i * 3 + j] = (i == j ? factor : 0.0) + (1 - factor) * kGrey[j];
    }
  }
  return matrix;
}

// Views without a copy. OpenCV takes no const data; nothing writes to a source.
cv::Mat View(Image& image) { return cv::Mat(image.height, image.width, CV_8UC3, image.bgr.data()); }
cv::Mat View(const Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
}

// The window (side x side at x, y) turned about its centre and scaled to `out`.
void Resample(const Image& crop, const cv::Rect& window, double angle_rad, cv::Mat out) {
  const cv::Mat source = View(crop);
  cv::Mat square = source(window);
  if (angle_rad != 0) {
    // A rotation about the window's centre, `half` from its corner.
    const double c = std::cos(angle_rad), s = std::sin(angle_rad);
    const double half = (window.width - 1) / 2.0;
    const cv::Matx23d crop_from_window(c, -s, window.x + half - c * half + s * half,  //
                                       s, c, window.y + half - s * half - c * half);
    cv::Mat turned;
    cv::warpAffine(source, turned, crop_from_window, window.size(),
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    square = turned;
  }
  if (square.size() == out.size()) {
    square.copyTo(out);
  } else {
    cv::resize(square, out, out.size(), 0, 0,
               square.cols > out.cols ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
}

double Factor(double amount, Random& random) {
  return amount > 0 ? random.Uniform(1 - amount, 1 + amount) : 1.0;
}

void ChangeColour(const AugmentSettings& s, Random& random, cv::Mat image) {
  ColourChange change;
  change.brightness = Factor(s.brightness, random);
  change.contrast = Factor(s.contrast, random);
  if (s.hue_rad > 0) change.hue_rad = random.Uniform(-s.hue_rad, s.hue_rad);
  change.saturation = Factor(s.saturation, random);
  if (s.grey > 0 && random.Bernoulli(s.grey)) change.saturation = 0;
  double mean_grey = 0;
  if (s.contrast > 0) {
    const cv::Scalar mean = cv::mean(image);
    for (int c = 0; c < 3; ++c) mean_grey += kGrey[c] * mean[c];
  }
  const std::array<double, 12> map = ColourMap(change, mean_grey);
  cv::Matx34f matrix;
  std::copy(map.begin(), map.end(), matrix.val);
  cv::transform(image, image, matrix);
}

void Blur(const AugmentSettings& s, Random& random, cv::Mat image) {
  if (!random.Bernoulli(s.blur)) return;
  const double sigma_px = random.Uniform(s.blur_sigma_min_px, s.blur_sigma_max_px);
  cv::GaussianBlur(image, image, cv::Size(), sigma_px, sigma_px, cv::BORDER_REFLECT_101);
}

void Erase(const AugmentSettings& s, Random& random, Image* image) {
  if (!random.Bernoulli(s.erase)) return;
  const Rectangle erased = DrawErased(s, image->width, random);
  for (int y = 0; y < erased.height; ++y) {
    uint8_t* const row = image->Pixel(erased.x, erased.y + y);
    uint64_t bits = 0;
    for (int i = 0; i < erased.width * 3; ++i, bits >>= 8) {
      if (i % 8 == 0) bits = random.Bits();
      row[i] = static_cast<uint8_t>(bits);
    }
  }
}

}  // namespace

std::array<double, 12> ColourMap(const ColourChange& change, double mean_grey) {
  // Brightness and contrast: p -> bc p + (1 - c) b mean. The other two leave greys as they are, so
  // that constant passes through them.
  const Matrix matrix = Product(Saturation(change.saturation), HueRotation(change.hue_rad));
  const double factor = change.brightness * change.contrast;
  std::array<double, 12> map;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) map[i * 4 + j] = factor * matrix[i * 3 + j];
    map[i * 4 + 3] = (1 - change.contrast) * change.brightness * mean_grey;
  }
  return map;
}

Rectangle DrawErased(const AugmentSettings& settings, int size_px, Random& random) {
  for (int draw = 0; draw < kEraseDraws; ++draw) {
    const double area = random.Uniform(settings.erase_area_min, settings.erase_area_max) *
                        static_cast<double>(size_px) * size_px;
    const double aspect = random.Uniform(settings.erase_aspect_min, 1 / settings.erase_aspect_min);
    const auto height = static_cast<int>(std::lround(std::sqrt(area * aspect)));
    const auto width = static_cast<int>(std::lround(std::sqrt(area / aspect)));
    if (height < 1 || width < 1 || height > size_px || width > size_px) continue;
    const auto x = static_cast<int>(random.Index(static_cast<uint64_t>(size_px - width + 1)));
    const auto y = static_cast<int>(random.Index(static_cast<uint64_t>(size_px - height + 1)));
    return {x, y, width, height};
  }
  return {};
}

Augmenter::Augmenter(const AugmentSettings& settings, int64_t size_px)
    : settings_(settings),
      size_px_(static_cast<int>(size_px)),
      changes_pixels_(ChangesGeometry(settings) || ChangesColour(settings) || settings.blur > 0 ||
                      settings.erase > 0) {}

const Image* Augmenter::Draw(const Image& crop, Random& random, Window* window,
                             Image* scratch) const {
  const AugmentSettings& s = settings_;
  int side_px = size_px_;
  if (s.zoom_min != 1 || s.zoom_max != 1) {
    const double zoom = random.Uniform(s.zoom_min, s.zoom_max);
    side_px = std::clamp(static_cast<int>(std::lround(size_px_ / zoom)), 1,
                         std::min(crop.width, crop.height));
  }
  *window = CentralWindow(crop, side_px);
  if (s.crop == "random") {
    window->x = static_cast<int>(random.Index(static_cast<uint64_t>(crop.width - side_px + 1)));
    window->y = static_cast<int>(random.Index(static_cast<uint64_t>(crop.height - side_px + 1)));
  }
  window->mirror = s.flip && random.Bernoulli(0.5);
  if (!changes_pixels_) return &crop;
  const double angle_rad =
      s.rotation_rad > 0 ? random.Uniform(-s.rotation_rad, s.rotation_rad) : 0.0;
  scratch->width = scratch->height = size_px_;
  scratch->bgr.resize(static_cast<size_t>(size_px_) * static_cast<size_t>(size_px_) * 3);
  const cv::Mat image = View(*scratch);
  Resample(crop, cv::Rect(window->x, window->y, side_px, side_px), angle_rad, image);
  window->x = window->y = 0;
  if (ChangesColour(s)) ChangeColour(s, random, image);
  if (s.blur > 0) Blur(s, random, image);
  if (s.erase > 0) Erase(s, random, scratch);
  return scratch;
}

}  // namespace facet
