// An image: height x width x 3, uint8, BGR, rows packed. (Plugins that use OpenCV wrap it without a
// copy: plugins/opencv/opencv.h.)
#ifndef FACET_CORE_API_IMAGE_H_
#define FACET_CORE_API_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace facet {

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> bgr;  // height * width * 3

  Image() = default;
  Image(int width_px, int height_px)
      : width(width_px),
        height(height_px),
        bgr(static_cast<size_t>(width_px) * static_cast<size_t>(height_px) * 3) {}
  uint8_t* Pixel(int x, int y) { return &bgr[(static_cast<size_t>(y) * width + x) * 3]; }
  const uint8_t* Pixel(int x, int y) const {
    return &bgr[(static_cast<size_t>(y) * width + x) * 3];
  }
};

}  // namespace facet

#endif  // FACET_CORE_API_IMAGE_H_
