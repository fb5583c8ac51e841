// Small helpers for landmarks: their mirror image, and whether they belong to a box.
#ifndef FACET_CORE_API_LANDMARK_MIRROR_H_
#define FACET_CORE_API_LANDMARK_MIRROR_H_

#include "core/api/geometry.h"

namespace facet {

// Those of the same face in the image flipped left to right: pixel x goes to width - 1 - x, and a
// point that lay on the left takes its partner's place, so that the scheme's order holds again.
Landmarks MirrorLandmarks(const Landmarks& landmarks, int width_px);

// Whether the middle of the points lies in the box: else a detector has found another face.
bool AreInBox(const Landmarks& landmarks, const Box& box);

}  // namespace facet

#endif  // FACET_CORE_API_LANDMARK_MIRROR_H_
