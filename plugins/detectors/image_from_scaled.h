// From px of a scaled image to px of the image that it was made from.
#ifndef FACET_PLUGINS_DETECTORS_IMAGE_FROM_SCALED_H_
#define FACET_PLUGINS_DETECTORS_IMAGE_FROM_SCALED_H_

#include <opencv2/core.hpp>

#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

// Sides are whole pixels, so that the two axes have factors of their own, and neither is the scale
// that was asked for: on a side of 49 px a difference of 2 %, which is 40 px at the end of one of
// 2,000.
class ImageFromScaled {
 public:
  // `scaled`: `image`, resized.
  ImageFromScaled(const Image& image, const cv::Mat& scaled)
      : x_(static_cast<double>(image.width) / scaled.cols),
        y_(static_cast<double>(image.height) / scaled.rows) {}

  // Both images' corners are at -0.5.
  Point operator()(const Point& point) const {
    return {(point.x + 0.5) * x_ - 0.5, (point.y + 0.5) * y_ - 0.5};
  }
  Box operator()(const Box& box) const {
    const Point corner = (*this)(Point{box.x, box.y});
    return {corner.x, corner.y, box.width * x_, box.height * y_};
  }

 private:
  double x_, y_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_IMAGE_FROM_SCALED_H_
