// facet's images as OpenCV's matrices.
#ifndef FACET_PLUGINS_OPENCV_OPENCV_H_
#define FACET_PLUGINS_OPENCV_OPENCV_H_

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
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

// Scaled about its corner, each side at least 1 px: area weighting where it shrinks, else linear.
inline cv::Mat Scaled(const cv::Mat& image, double scale) {
  if (scale == 1) return image;
  const cv::Size size(std::max(1, cvRound(image.cols * scale)),
                      std::max(1, cvRound(image.rows * scale)));
  cv::Mat scaled;
  cv::resize(image, scaled, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return scaled;
}

// "<what>: OpenCV 4.6.0: <its words, in one line>". ResourceExhausted: it had no memory.
inline absl::Status OpenCvError(const std::string& what, const cv::Exception& error) {
  // Longer texts have lines, each after a '>'.
  std::string words = absl::StrReplaceAll(
      absl::StrCat("\n", error.err.empty() ? error.what() : error.err), {{"\n>", " "}});
  absl::RemoveExtraAsciiWhitespace(&words);
  const bool no_memory = error.code == cv::Error::StsNoMem;
  return absl::Status(
      no_memory ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kInvalidArgument,
      absl::StrCat(what, ": OpenCV ", CV_VERSION, ": ", words));
}

}  // namespace facet

#endif  // FACET_PLUGINS_OPENCV_OPENCV_H_
