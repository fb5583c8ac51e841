// Near-duplicates of a photograph, as image search returns them: the same picture resized,
// recompressed, recoloured, captioned or cropped.

#ifndef FACET_PLUGINS_SUPPORT_FACE_DUPLICATES_H_
#define FACET_PLUGINS_SUPPORT_FACE_DUPLICATES_H_

#include <cstdint>

#include "plugins/support/face_renderer.h"

namespace facet {

// Probabilities with which each change is applied; at least one always is.
struct DuplicateRates {
  double resize = 0.5, recompress = 0.7, recolor = 0.4, caption = 0.25, crop = 0.4;
};

// Which changes a duplicate got.
struct DuplicateChanges {
  bool resize = false, recompress = false, recolor = false, caption = false, crop = false;
};

DuplicateChanges DrawDuplicateChanges(uint64_t seed, const DuplicateRates& rates);

// The size, box and landmarks of the result follow the changes.
RenderedFace MakeNearDuplicate(const RenderedFace& original, uint64_t seed,
                               const DuplicateChanges& changes);

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_FACE_DUPLICATES_H_
