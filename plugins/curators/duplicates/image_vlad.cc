#include "plugins/curators/duplicates/image_vlad.h"

#include <algorithm>
#include <cmath>

#include "core/base/status.h"
#include "plugins/curators/duplicates/vlad.h"
#include "plugins/opencv/opencv.h"

namespace facet {
namespace {

constexpr int kMinSide = 20;  // a patch of 16 px and one step at scale 1

}  // namespace

cv::Mat GreyOfArea(const Image& image, int side_px) {
  const double scale = side_px / std::sqrt(static_cast<double>(image.width) * image.height);
  const cv::Size size(std::max(kMinSide, cvRound(image.width * scale)),
                      std::max(kMinSide, cvRound(image.height * scale)));
  cv::Mat grey = Grey(image);
  const bool shrinks = size.area() < grey.size().area();
  cv::resize(grey, grey, size, 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return grey;
}

absl::StatusOr<cv::Mat> ImageSift(const cv::Mat& grey) {
  DenseSiftOptions options;
  options.step_px = 4;
  options.bin_size_px = 4;
  FACET_ASSIGN_OR_RETURN(const LocalDescriptors all, DenseSift(grey, options));
  cv::Mat sift(0, kSiftSize, CV_32FC1);
  sift.reserve(static_cast<size_t>(all.sift.rows));
  for (int i = 0; i < all.sift.rows; ++i) {
    if (cv::countNonZero(all.sift.row(i)) > 0) sift.push_back(all.sift.row(i));
  }
  return sift;
}

absl::StatusOr<cv::Mat> ImageVlad(const VladVocabulary& vocabulary, const cv::Mat& grey) {
  FACET_ASSIGN_OR_RETURN(const cv::Mat sift, ImageSift(grey));
  if (sift.rows == 0) return cv::Mat();
  return EncodeVlad(vocabulary.words, Project(vocabulary, sift));
}

}  // namespace facet
