// The grey patch in which landmarks are searched: the canonical box at a fixed size, with a margin
// around it, so that what is learned on one photograph holds for another of any resolution.
//
// The box is made square about its centre (mean of its sides). Where the patch leaves the image the
// border pixels are repeated; a box far larger than the patch is smoothed before it is sampled.
#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_CANONICAL_PATCH_H_
#define FACET_PLUGINS_ALIGNERS_PATCHES_CANONICAL_PATCH_H_

#include <opencv2/core.hpp>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"
#include "core/api/image.h"

namespace facet {

struct PatchSize {
  int box_px = 0;     // side of the box in the patch
  int margin_px = 0;  // around it
  int side_px() const { return box_px + 2 * margin_px; }
};

struct CanonicalPatch {
  cv::Mat grey;             // 8UC1, square
  Affine patch_from_image;  // px to px, a scale and a shift
};

// Image px -> patch px: the box's edges (half a pixel outside its pixels' centres) meet the
// margin's. InvalidArgument: the box is empty or not finite.
absl::StatusOr<Affine> PatchFromImage(const Box& box, const PatchSize& size);
absl::StatusOr<CanonicalPatch> CutCanonicalPatch(const Image& image, const Box& box,
                                                 const PatchSize& size);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_CANONICAL_PATCH_H_
