// An image that a step changes, as OpenCV's matrix.
#ifndef FACET_PLUGINS_AUGMENTATIONS_PIXELS_H_
#define FACET_PLUGINS_AUGMENTATIONS_PIXELS_H_

#include <opencv2/core.hpp>

#include "core/api/image.h"

namespace facet {

// The same pixels, 8UC3, not copied: valid while the image lives and keeps its size.
inline cv::Mat Pixels(Image* image) {
  return cv::Mat(image->height, image->width, CV_8UC3, image->bgr.data());
}

}  // namespace facet

#endif  // FACET_PLUGINS_AUGMENTATIONS_PIXELS_H_
