// facet's images as OpenCV's matrices.
#ifndef FACET_PLUGINS_SUPPORT_OPENCV_H_
#define FACET_PLUGINS_SUPPORT_OPENCV_H_

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/api/image.h"

namespace facet {

// The same pixels, 8UC3, not copied: valid while `image` lives, and not to be written to.
inline cv::Mat View(const Image& image) {
  return cv::Mat(image.height, image.width, CV_8UC3, const_cast<uint8_t*>(image.bgr.data()));
}

inline cv::Mat Grey(const Image& image) {
  cv::Mat grey;
  cv::cvtColor(View(image), grey, cv::COLOR_BGR2GRAY);
  return grey;
}

// "<what>: OpenCV 4.6.0: <its words>".
inline absl::Status OpenCvError(const std::string& what, const cv::Exception& error) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": OpenCV ", CV_VERSION, ": ",
                                                 error.err.empty() ? error.what() : error.err));
}

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_OPENCV_H_
