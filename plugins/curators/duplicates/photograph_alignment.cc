#include "plugins/curators/duplicates/photograph_alignment.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace facet {
namespace {

constexpr double kShrink = 0.375;  // the search works on images of 48 x 48 px, of 128 x 128
constexpr double kMinScale = 0.55, kMaxScale = 1.8, kScaleStep = 1.07;
constexpr int kBlocks = 5;           // across the overlap and down
constexpr double kMinOverlap = 0.2;  // of the smaller image
constexpr double kMinDeviation = 2;  // grey levels; a flat block tells nothing

// What is searched for: a part of each side, and where its middle is. A crop of a quarter on each
// side leaves the first; the second is what a crop of a picture with a caption below it leaves.
struct PicturePart {
  double side, x, y;
};
constexpr PicturePart kParts[] = {{0.45, 0.5, 0.5}, {0.32, 0.5, 0.42}};

// Point p of `a` lies at scale p + shift of `b`, px.
struct Placement {
  double scale = 1.0;
  cv::Point2d shift;
  double correlation = -1.0;
};

// Resampling moves pixel centres: c' = (c + 1/2) f - 1/2.
cv::Mat Shrunk(const cv::Mat& image, double factor) {
  cv::Mat small;
  const cv::Size size(std::max(4, cvRound(image.cols * factor)),
                      std::max(4, cvRound(image.rows * factor)));
  cv::resize(image, small, size, 0, 0, factor < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small;
}

Placement FindPlacement(const PicturePart& which, const cv::Mat& a, const cv::Mat& b) {
  const cv::Mat small_b = Shrunk(b, kShrink);
  const cv::Size size(cvRound(a.cols * which.side), cvRound(a.rows * which.side));
  const cv::Rect middle(cvRound(a.cols * which.x - 0.5 * size.width),
                        cvRound(a.rows * which.y - 0.5 * size.height), size.width, size.height);
  Placement best;
  for (double scale = kMinScale; scale <= kMaxScale; scale *= kScaleStep) {
    const cv::Mat part = Shrunk(a(middle), kShrink * scale);
    if (part.cols > small_b.cols || part.rows > small_b.rows) continue;
    cv::Mat map;
    cv::matchTemplate(small_b, part, map, cv::TM_CCOEFF_NORMED);
    double value;
    cv::Point place;
    cv::minMaxLoc(map, nullptr, &value, nullptr, &place);
    if (!(value > best.correlation)) continue;
    best.correlation = value;
    best.scale = scale;
    const double to_full = static_cast<double>(b.cols) / small_b.cols;
    best.shift.x = place.x * to_full - scale * middle.x;
    best.shift.y = place.y * static_cast<double>(b.rows) / small_b.rows - scale * middle.y;
  }
  return best;
}

struct Overlap {
  cv::Mat a, b;  // 32FC1, of one size; empty: too small
};

// In the pixels of whichever image is coarser there: nothing is enlarged.
Overlap OverlapAt(const cv::Mat& a, const cv::Mat& b, const Placement& at) {
  const double left = std::max(0.0, at.shift.x), top = std::max(0.0, at.shift.y);
  const double right = std::min<double>(b.cols, at.scale * a.cols + at.shift.x);
  const double bottom = std::min<double>(b.rows, at.scale * a.rows + at.shift.y);
  const double area = std::max(0.0, right - left) * std::max(0.0, bottom - top);
  const double smaller = std::min<double>(b.total(), at.scale * at.scale * a.total());
  if (area < kMinOverlap * smaller) return {};
  const double step = std::max(1.0, at.scale);
  const cv::Size size(static_cast<int>((right - left) / step),
                      static_cast<int>((bottom - top) / step));
  if (size.width < 4 * kBlocks || size.height < 4 * kBlocks) return {};
  const cv::Matx23d to_b(step, 0, left + 0.5 * step - 0.5, 0, step, top + 0.5 * step - 0.5);
  const double s = step / at.scale;
  const cv::Matx23d to_a(s, 0, (left + 0.5 * step - at.shift.x) / at.scale - 0.5, 0, s,
                         (top + 0.5 * step - at.shift.y) / at.scale - 0.5);
  Overlap both;
  cv::Mat warped;
  const int how = cv::INTER_LINEAR | cv::WARP_INVERSE_MAP;
  cv::warpAffine(a, warped, to_a, size, how, cv::BORDER_REPLICATE);
  warped.convertTo(both.a, CV_32F);
  cv::warpAffine(b, warped, to_b, size, how, cv::BORDER_REPLICATE);
  warped.convertTo(both.b, CV_32F);
  // What recompression and repeated resampling leave of the finest detail is noise.
  cv::GaussianBlur(both.a, both.a, {}, 1.0);
  cv::GaussianBlur(both.b, both.b, {}, 1.0);
  return both;
}

// NaN where one is flat.
double Correlation(const cv::Mat& a, const cv::Mat& b) {
  cv::Scalar mean_a, mean_b, deviation_a, deviation_b;
  cv::meanStdDev(a, mean_a, deviation_a);
  cv::meanStdDev(b, mean_b, deviation_b);
  if (deviation_a[0] < kMinDeviation || deviation_b[0] < kMinDeviation) return NAN;
  const double product = a.dot(b) / static_cast<double>(a.total());
  return (product - mean_a[0] * mean_b[0]) / (deviation_a[0] * deviation_b[0]);
}

double MedianOfBlocks(const Overlap& both) {
  std::vector<double> values;
  for (int y = 0; y < kBlocks; ++y) {
    for (int x = 0; x < kBlocks; ++x) {
      const cv::Point begin(x * both.a.cols / kBlocks, y * both.a.rows / kBlocks);
      const cv::Point end((x + 1) * both.a.cols / kBlocks, (y + 1) * both.a.rows / kBlocks);
      const cv::Rect block(begin, end);
      const double value = Correlation(both.a(block), both.b(block));
      if (!std::isnan(value)) values.push_back(value);
    }
  }
  if (values.size() < kBlocks) return -1.0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double AgreementAt(const cv::Mat& a, const cv::Mat& b, const Placement& at) {
  const Overlap both = OverlapAt(a, b, at);
  return both.a.empty() ? -1.0 : MedianOfBlocks(both);
}

// Steps along one coordinate at a time, halved where none helps. By the median, not the correlation
// of all: a caption in the overlap would pull.
Placement Refine(const cv::Mat& a, const cv::Mat& b, Placement at) {
  at.correlation = AgreementAt(a, b, at);
  Placement before = at;  // where `at` was before this; not better
  const cv::Point2d centre(0.5 * a.cols, 0.5 * a.rows);
  for (double step_px = 2.0; step_px >= 0.25;) {
    Placement best = at;
    for (int coordinate = 0; coordinate < 3; ++coordinate) {
      for (const double step : {-step_px, step_px}) {
        Placement next = at;
        if (coordinate == 0) next.shift.x += step;
        if (coordinate == 1) next.shift.y += step;
        if (coordinate == 2) {
          const double grown = step / std::max(centre.x, centre.y);  // the edge moves by `step`
          next.scale += grown;
          next.shift -= grown * centre;
        }
        if (next.scale == before.scale && next.shift == before.shift) continue;
        next.correlation = AgreementAt(a, b, next);
        if (next.correlation > best.correlation) best = next;
      }
    }
    if (best.correlation <= at.correlation) {
      step_px /= 2;
    } else {
      before = at;
    }
    at = best;
  }
  return at;
}

double OneWay(const PicturePart& which, const cv::Mat& a, const cv::Mat& b) {
  const Placement found = FindPlacement(which, a, b);
  if (found.correlation < 0.6) return std::min(found.correlation, 0.6);
  return Refine(a, b, found).correlation;
}

}  // namespace

double PhotographAgreement(const cv::Mat& a, const cv::Mat& b, double enough) {
  double agreement = -1.0;
  for (const PicturePart& which : kParts) {
    agreement = std::max({agreement, OneWay(which, a, b), OneWay(which, b, a)});
    if (agreement >= enough) break;
  }
  return agreement;
}

}  // namespace facet
