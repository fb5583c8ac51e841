// What a visit to an image changes beyond the place of its window and its mirroring.
//
//   geometry  a window of another size (zoom), perhaps rotated about its centre, is scaled to the
//             input; what a rotation uncovers outside the crop repeats its border
//   colour    one affine map of the pixels: brightness, contrast (about the window's mean grey
//             level), hue (a rotation about the grey axis), saturation (about the pixel's grey
//             level), in this order; composed first, so nothing is rounded or clipped in between
//             (Karras et al., arXiv:2006.06676, appendix B)
//   blur      a Gaussian
//   erase     a rectangle of noise (Zhong et al. 2020, arXiv:1708.04896, algorithm 1); where 100
//             draws of its extents do not fit, nothing is erased
//
// Everything is drawn from the stream that is handed in, in this order.
#ifndef FACET_CORE_TRAINING_AUGMENT_H_
#define FACET_CORE_TRAINING_AUGMENT_H_

#include <array>
#include <cstdint>

#include "core/api/image.h"
#include "core/base/random.h"
#include "core/training/input_writer.h"
#include "core/training/settings.h"

namespace facet {

class Augmenter {
 public:
  Augmenter(const AugmentSettings& settings, int64_t size_px);

  // Draws what the network sees of the crop: *window of the returned image, which is the crop
  // itself, or *scratch where pixels change. Any thread.
  const Image* Draw(const Image& crop, Random& random, Window* window, Image* scratch) const;

 private:
  const AugmentSettings settings_;
  const int size_px_;
  const bool changes_pixels_;
};

// Rows b, g, r of the affine map (three factors and a constant) for the given factors and angle.
// mean_grey: what contrast leaves as it is.
struct ColourChange {
  double brightness = 1, contrast = 1, saturation = 1, hue_rad = 0;
};
std::array<double, 12> ColourMap(const ColourChange& change, double mean_grey);

// The rectangle to erase of a square of size_px; its width is 0 if none fits.
struct Rectangle {
  int x = 0, y = 0, width = 0, height = 0;
};
Rectangle DrawErased(const AugmentSettings& settings, int size_px, Random& random);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_AUGMENT_H_
