// Landmarks of the mirrored image.
#ifndef FACET_PLUGINS_SUPPORT_LANDMARK_MIRROR_H_
#define FACET_PLUGINS_SUPPORT_LANDMARK_MIRROR_H_

#include "core/api/geometry.h"

namespace facet {

// Those of the same face in the image flipped left to right: pixel x goes to width - 1 - x, and a
// point that lay on the left takes its partner's place, so that the scheme's order holds again.
Landmarks MirrorLandmarks(const Landmarks& landmarks, int width_px);

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_LANDMARK_MIRROR_H_
