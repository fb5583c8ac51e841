// Augmentations: one step of how an image varies from visit to visit.
//
// A row lists steps; at each visit the host draws them in their order from one random stream, seeded
// by run, epoch and image. Three sorts, applied one sort after the other:
//   view    which part of the stored crop the network sees (crop, flip, zoom, rotate); the host
//           resamples once, after the last of them
//   colour  an affine map of the pixels; the host composes those that follow each other, so nothing
//           is rounded or clipped in between (Karras et al., arXiv:2006.06676, appendix B)
//   pixels  anything else, on the network's input
// Colour and pixels keep the order in which the row lists them.
//
// Every augmentation has an option `probability` [0, 1], the chance that a visit has it; where it is
// 0, and where its strength is (`strength`, `angle_rad`), the image stays as it is. Several threads
// call one object at a time.
#ifndef FACET_CORE_API_AUGMENTATION_H_
#define FACET_CORE_API_AUGMENTATION_H_

#include <array>

#include "core/api/component.h"
#include "core/api/image.h"
#include "core/base/random.h"

namespace facet {

// A square of the stored crop, [x_px, x_px + side_px) and likewise y, inside it; turned about its
// centre it becomes the network's input; what the turn uncovers outside the crop repeats its border.
// It is mirrored last, after the steps of colour and pixels.
struct InputView {
  int x_px = 0, y_px = 0, side_px = 0;
  double angle_rad = 0.0;
  bool mirror = false;
};

// out_i = sum_j map[4 i + j] in_j + map[4 i + 3], with i, j over B, G, R in [0, 255].
using ColourMap = std::array<double, 12>;
inline constexpr ColourMap kSameColour = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};

// Grey level of B, G, R (ITU-R BT.601).
inline constexpr std::array<double, 3> kGreyOfBgr = {0.114, 0.587, 0.299};

enum class AugmentationSort { kView, kColour, kPixels };

class Augmentation : public Component {
 public:
  static constexpr char kKind[] = "augmentation";
  ~Augmentation() override;

  virtual AugmentationSort sort() const = 0;

  // kView. Before the first step the view is the central square of the network's input size,
  // size_px, in a stored crop of width_px x height_px, which is at least that large. It must stay
  // inside.
  virtual void Look(int width_px, int height_px, int size_px, Random& random,
                    InputView* view) const;
  // kColour. mean_bgr: of the input as the steps before have left it.
  virtual ColourMap Colour(const std::array<double, 3>& mean_bgr, Random& random) const;
  // kPixels. Keeps the size.
  virtual void Change(Random& random, Image* image) const;
};

// Whether a visit has the step. A step that every visit has, or none, draws nothing.
inline bool Happens(double probability, Random& random) {
  return probability >= 1 || (probability > 0 && random.Bernoulli(probability));
}

}  // namespace facet

#endif  // FACET_CORE_API_AUGMENTATION_H_
