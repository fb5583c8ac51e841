// Near-duplicates of a photograph, as image search returns them: the same picture cropped, resized,
// recoloured, captioned or recompressed. A plan says what is done; it can be applied to pixels and
// to coordinates apart.
#ifndef FACET_PLUGINS_RENDERED_FACES_DUPLICATES_H_
#define FACET_PLUGINS_RENDERED_FACES_DUPLICATES_H_

#include <array>
#include <cstdint>

#include "plugins/rendered_faces/renderer.h"

namespace facet {

// Probability of each change; every duplicate is recompressed at least.
struct DuplicateRates {
  double crop = 0.4, resize = 0.5, recolor = 0.4, caption = 0.25;
};

struct DuplicatePlan {
  int crop_x = 0, crop_y = 0, crop_width = 0, crop_height = 0;  // px of the original
  int width = 0, height = 0;                                    // after resizing
  std::array<float, 3> gain{1, 1, 1};                           // B, G, R
  float gamma = 1;
  int caption_px = 0;  // height of a bar that is added below the picture
  bool caption_dark = true;
  uint64_t caption_seed = 0;
  int jpeg_quality = 90;
};

// The crop keeps `face` (a margin of a tenth of it included) in the picture.
DuplicatePlan DrawDuplicate(uint64_t seed, int width, int height, const Box& face,
                            const DuplicateRates& rates);

Image ApplyDuplicate(const DuplicatePlan& plan, const Image& original);
FaceTruth ApplyDuplicate(const DuplicatePlan& plan, const FaceTruth& original);

}  // namespace facet

#endif  // FACET_PLUGINS_RENDERED_FACES_DUPLICATES_H_
