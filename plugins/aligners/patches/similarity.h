// Least-squares similarity between two sets of points (Umeyama: "Least-squares estimation of
// transformation parameters between two point patterns", PAMI 1991), in the plane.
#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_SIMILARITY_H_
#define FACET_PLUGINS_ALIGNERS_PATCHES_SIMILARITY_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"

namespace facet {

struct Similarity {
  Affine to_from_from;        // rotation, uniform scale > 0 and shift; never a reflection
  double residual_rms = 0.0;  // root mean square distance to `to` after the map, in units of `to`
};

// The map that minimises the sum of |map(from[i]) - to[i]|^2. InvalidArgument: fewer than two
// points, different numbers of points, or a best map of scale 0 (all points of one side in one
// place).
absl::StatusOr<Similarity> FitSimilarity(const std::vector<Point>& from,
                                         const std::vector<Point>& to);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_SIMILARITY_H_
