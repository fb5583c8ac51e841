// Aligners: image and face -> a canonical frame.
//
// The frame is a rectangle in units of its shorter side: [0, w] x [0, h] with min(w, h) = 1 and
// aspect = w / h, its corner at (0, 0). `frame_from_image` maps image px to frame units. The host
// renders the frame at the sizes that stages ask for: pixel (i, j) of a crop whose shorter side has
// S pixels is the point ((i + 0.5) / S, (j + 0.5) / S) of the frame. Where the frame leaves the
// image, the border pixels are repeated.
#ifndef FACET_CORE_API_ALIGNER_H_
#define FACET_CORE_API_ALIGNER_H_

#include "core/api/component.h"
#include "core/api/detector.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

struct Alignment {
  Affine frame_from_image;
  double aspect = 1.0;      // width / height of the frame
  bool aligned = false;     // false: fell back to the box alone
  Landmarks landmarks;      // px of the image, those that the frame was made from
  double confidence = 0.0;  // of the landmarks; the scale is the aligner's (see its comment)
};

// The frame that a box spans after scaling by `extend` about its centre, aspect kept.
Alignment FrameOfBox(const Box& box, double extend);

class Aligner : public Component {
 public:
  static constexpr char kKind[] = "aligner";
  ~Aligner() override;

  // `face.box` is canonical (detector.h). An aligner that finds no landmarks returns FrameOfBox
  // with `aligned` false, which the host counts.
  virtual absl::StatusOr<Alignment> Align(const Image& image, const Face& face) = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_ALIGNER_H_
