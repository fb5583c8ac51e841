#include "plugins/curators/local_descriptors/dense_sift.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "absl/strings/str_cat.h"
#include "plugins/curators/local_descriptors/matrix_rows.h"
#include "plugins/curators/local_descriptors/vlfeat.h"

namespace facet {
namespace {

absl::Status Check(const cv::Mat& grey, const DenseSiftOptions& options) {
  if (grey.empty() || (grey.type() != CV_8UC1 && grey.type() != CV_32FC1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("dense SIFT: the image is ", grey.cols, "x", grey.rows, " px of OpenCV type ",
                     cv::typeToString(grey.type()), "; give grey levels, 8UC1 or 32FC1"));
  }
  if (!cv::checkRange(grey)) {
    return absl::InvalidArgumentError("dense SIFT: the image has values that are not finite");
  }
  const bool positive = std::all_of(options.scales.begin(), options.scales.end(),
                                    [](double scale) { return scale > 0.0 && scale <= 4.0; });
  if (options.step_px < 1 || options.bin_size_px < 1 || options.scales.empty() || !positive) {
    return absl::InvalidArgumentError(absl::StrCat(
        "dense SIFT: step_px = ", options.step_px, ", bin_size_px = ", options.bin_size_px, ", ",
        options.scales.size(), " scales; give at least 1 px and scales in (0, 4]"));
  }
  return absl::OkStatus();
}

cv::Mat ScaledFloat(const cv::Mat& grey, double scale) {
  cv::Mat image;
  grey.convertTo(image, CV_32F);
  const cv::Size size(static_cast<int>(std::lround(scale * grey.cols)),
                      static_cast<int>(std::lround(scale * grey.rows)));
  if (size.empty()) return cv::Mat();
  if (size != image.size()) {
    cv::resize(image, image, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
  return image.isContinuous() ? image : image.clone();
}

void RootSift(const float* sift, float* root) {
  for (int i = 0; i < kSiftSize; ++i) {
    root[i] = std::sqrt(std::floor(std::min(512.0F * sift[i], 255.0F)));
  }
  NormaliseL2(root, kSiftSize);
}

void AppendScale(const cv::Mat& image, const DenseSiftOptions& options, LocalDescriptors* all) {
  const int reach_px = 3 * options.bin_size_px;  // between the centres of the outer bins
  if (image.cols <= reach_px || image.rows <= reach_px) return;
  const VlfeatOwner<VlDsiftFilter> filter(
      vl_dsift_new_basic(image.cols, image.rows, options.step_px, options.bin_size_px));
  vl_dsift_set_flat_window(filter.get(), options.flat_window ? 1 : 0);
  vl_dsift_process(filter.get(), image.ptr<float>());
  const int count = vl_dsift_get_keypoint_num(filter.get());
  const float* const descriptors = vl_dsift_get_descriptors(filter.get());
  const VlDsiftKeypoint* const keypoints = vl_dsift_get_keypoints(filter.get());
  cv::Mat sift(count, kSiftSize, CV_32FC1), positions(count, 2, CV_32FC1);
  for (int i = 0; i < count; ++i) {
    RootSift(descriptors + static_cast<size_t>(i) * kSiftSize, sift.ptr<float>(i));
    positions.at<float>(i, 0) = static_cast<float>((keypoints[i].x + 0.5) / image.cols - 0.5);
    positions.at<float>(i, 1) = static_cast<float>((keypoints[i].y + 0.5) / image.rows - 0.5);
  }
  all->sift.push_back(sift);
  all->positions.push_back(positions);
}

}  // namespace

absl::StatusOr<LocalDescriptors> DenseSift(const cv::Mat& grey, const DenseSiftOptions& options) {
  if (absl::Status status = Check(grey, options); !status.ok()) return status;
  LocalDescriptors all;
  for (const double scale : options.scales) {
    const cv::Mat image = ScaledFloat(grey, scale);
    if (!image.empty()) AppendScale(image, options, &all);
  }
  if (all.sift.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("dense SIFT: the image of ", grey.cols, "x", grey.rows,
                     " px is too small at every scale: patches reach over ",
                     3 * options.bin_size_px + 1, " px; enlarge it or use a smaller bin_size_px"));
  }
  return all;
}

}  // namespace facet
