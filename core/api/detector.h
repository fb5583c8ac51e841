// Detectors: image -> faces.
//
// Each detector draws its own kind of box (a Haar box is a square from brows to chin, a YuNet box a
// tight upright rectangle). So that detectors can be swapped under one network, every detector has
// the options of BoxConvention, whose defaults map its own box to the canonical one: a square
// centred on the face whose side is the height from mid-forehead to chin, about the Viola-Jones
// frontal box of OpenCV's haarcascade_frontalface_alt2. The host applies it.
#ifndef FACET_CORE_API_DETECTOR_H_
#define FACET_CORE_API_DETECTOR_H_

#include <string>
#include <vector>

#include "core/api/component.h"
#include "core/api/dataset.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

struct Face {
  Box box;             // px
  double score = 0.0;  // higher is better; the scale is the detector's
  Pose pose = Pose::kUnknown;
  Landmarks landmarks;  // scheme kNone if the detector gives none
};

// canonical side = scale * (square ? (width + height) / 2 : each of width, height);
// canonical centre = centre + (shift_x * width, shift_y * height).
struct BoxConvention {
  double scale = 1.0, shift_x = 0.0, shift_y = 0.0;
  bool square = true;

  void Visit(OptionVisitor& v) {
    v("box_scale", scale, AboveUpTo(0, 10), "side of the canonical box over the detector's [1]");
    v("box_shift_x", shift_x, Range(-2, 2), "shift of the box's centre [detector box widths]");
    v("box_shift_y", shift_y, Range(-2, 2), "shift of the box's centre [detector box heights]");
    v("box_square", square, Any(), "make the box square (mean of its sides)");
  }
};
Box ApplyConvention(const BoxConvention& convention, const Box& box);

class Detector : public Component {
 public:
  static constexpr char kKind[] = "detector";
  ~Detector() override;

  // Faces in the detector's own boxes, best score first; none is not an error. `sample` carries
  // what came with the data (for the `given` detector); detectors that look at pixels ignore it.
  virtual absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample& sample) = 0;
  virtual BoxConvention convention() const { return {}; }
};

}  // namespace facet

#endif  // FACET_CORE_API_DETECTOR_H_
