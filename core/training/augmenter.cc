#include "core/training/augmenter.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/api/guard.h"
#include "core/base/status.h"

namespace facet {
namespace {

// Views without a copy. OpenCV takes no const data; nothing writes to a source.
cv::Mat Matrix(Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, image.bgr.data());
}
cv::Mat Matrix(const Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
}

// The view's square turned about its centre and scaled to `out`. It is not mirrored.
void Resample(const Image& crop, const InputView& view, cv::Mat out) {
  const cv::Mat source = Matrix(crop);
  cv::Mat square = source(cv::Rect(view.x_px, view.y_px, view.side_px, view.side_px));
  if (view.angle_rad != 0) {
    // A rotation about the square's centre, `half` from its corner.
    const double c = std::cos(view.angle_rad), s = std::sin(view.angle_rad);
    const double half = (view.side_px - 1) / 2.0;
    const cv::Matx23d crop_from_square(c, -s, view.x_px + half - c * half + s * half,  //
                                       s, c, view.y_px + half - s * half - c * half);
    cv::Mat turned;
    cv::warpAffine(source, turned, crop_from_square, square.size(),
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

// `next` after `first`.
ColourMap Compose(const ColourMap& next, const ColourMap& first) {
  ColourMap map = {};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 4; ++j) {
      for (size_t k = 0; k < 3; ++k) map[i * 4 + j] += next[i * 4 + k] * first[k * 4 + j];
    }
    map[i * 4 + 3] += next[i * 4 + 3];
  }
  return map;
}

// Colour maps that follow each other, composed until pixels are needed.
class Colours {
 public:
  explicit Colours(Image* image) : image_(image) {}

  void Add(const Augmentation& step, Random& random) {
    if (!has_mean_) {
      const cv::Scalar mean = cv::mean(Matrix(*image_));
      for (size_t c = 0; c < 3; ++c) mean_bgr_[c] = mean[static_cast<int>(c)];
      has_mean_ = true;
    }
    const ColourMap map = step.Colour(mean_bgr_, random);
    std::array<double, 3> mean = {};
    for (size_t i = 0; i < 3; ++i) {
      mean[i] = map[i * 4 + 3];
      for (size_t j = 0; j < 3; ++j) mean[i] += map[i * 4 + j] * mean_bgr_[j];
    }
    mean_bgr_ = mean;
    map_ = Compose(map, map_);
  }

  void Apply() {
    if (map_ != kSameColour) {
      cv::Matx34f matrix;
      std::copy(map_.begin(), map_.end(), matrix.val);
      cv::Mat pixels = Matrix(*image_);
      cv::transform(pixels, pixels, matrix);
    }
    map_ = kSameColour;
    has_mean_ = false;
  }

 private:
  Image* const image_;
  bool has_mean_ = false;
  std::array<double, 3> mean_bgr_ = {};
  ColourMap map_ = kSameColour;
};

}  // namespace

Augmenter::Augmenter(std::vector<AugmentationStep> steps, int64_t size_px)
    : size_px_(static_cast<int>(size_px)) {
  for (AugmentationStep& step : steps) {
    const bool is_view = step.step->sort() == AugmentationSort::kView;
    (is_view ? view_ : pixels_).push_back(std::move(step));
  }
}

absl::StatusOr<InputView> Augmenter::DrawView(const Image& crop, Random& random) const {
  const Window central = CentralWindow(crop, size_px_);
  InputView view;
  view.x_px = central.x;
  view.y_px = central.y;
  view.side_px = size_px_;
  for (const AugmentationStep& step : view_) {
    FACET_RETURN_IF_ERROR(Guard(step.slot, [&] {
      step.step->Look(crop.width, crop.height, size_px_, random, &view);
      return absl::OkStatus();
    }));
    if (view.side_px >= 1 && view.x_px >= 0 && view.y_px >= 0 &&
        view.x_px + view.side_px <= crop.width && view.y_px + view.side_px <= crop.height) {
      continue;
    }
    return absl::InternalError(absl::StrCat(step.slot, " looks outside the crop: ", view.side_px,
                                            " px at (", view.x_px, ", ", view.y_px, ") of ",
                                            crop.width, " x ", crop.height, " px"));
  }
  return view;
}

absl::Status Augmenter::ChangePixels(Random& random, Image* image) const {
  Colours colours(image);
  for (const AugmentationStep& step : pixels_) {
    FACET_RETURN_IF_ERROR(Guard(step.slot, [&] {
      if (step.step->sort() == AugmentationSort::kColour) {
        colours.Add(*step.step, random);
      } else {
        colours.Apply();
        step.step->Change(random, image);
      }
      return absl::OkStatus();
    }));
    if (image->width == size_px_ && image->height == size_px_) continue;
    return absl::InternalError(absl::StrCat(step.slot, " changes the image's size to ",
                                            image->width, " x ", image->height, " px"));
  }
  colours.Apply();
  return absl::OkStatus();
}

absl::StatusOr<const Image*> Augmenter::Draw(const Image& crop, Random& random, Window* window,
                                             Image* scratch) const {
  FACET_ASSIGN_OR_RETURN(const InputView view, DrawView(crop, random));
  *window = {view.x_px, view.y_px, view.mirror};
  if (pixels_.empty() && view.side_px == size_px_ && view.angle_rad == 0) return &crop;
  window->x = window->y = 0;
  scratch->width = scratch->height = size_px_;
  scratch->bgr.resize(static_cast<size_t>(size_px_) * static_cast<size_t>(size_px_) * 3);
  Resample(crop, view, Matrix(*scratch));
  FACET_RETURN_IF_ERROR(ChangePixels(random, scratch));
  return scratch;
}

}  // namespace facet
