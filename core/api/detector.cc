#include "core/api/detector.h"

namespace facet {

Detector::~Detector() = default;

Box ApplyConvention(const BoxConvention& convention, const Box& box) {
  const Point centre = {box.x + box.width * (0.5 + convention.shift_x),
                        box.y + box.height * (0.5 + convention.shift_y)};
  double width = box.width * convention.scale;
  double height = box.height * convention.scale;
  if (convention.square) width = height = (width + height) / 2;
  return {centre.x - width / 2, centre.y - height / 2, width, height};
}

}  // namespace facet
