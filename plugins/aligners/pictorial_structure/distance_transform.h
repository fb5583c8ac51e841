// Generalised distance transform with a squared Euclidean distance (Felzenszwalb, Huttenlocher:
// "Distance transforms of sampled functions", Theory of Computing 8, 2012): lower envelopes of
// parabolas, first along the columns, then along the rows; linear in the number of pixels.
#ifndef FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_DISTANCE_TRANSFORM_H_
#define FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_DISTANCE_TRANSFORM_H_

#include <cstdint>
#include <vector>

#include "core/api/geometry.h"

namespace facet {

// Row-major.
struct CostMap {
  int width = 0, height = 0;
  std::vector<double> values;
  CostMap() = default;
  CostMap(int width_px, int height_px, double value)
      : width(width_px),
        height(height_px),
        values(static_cast<size_t>(width_px * height_px), value) {}
  double& At(int x, int y) { return values[static_cast<size_t>(y * width + x)]; }
  double At(int x, int y) const { return values[static_cast<size_t>(y * width + x)]; }
};

struct DistanceTransform {
  CostMap cost;
  std::vector<int32_t> from;  // where each pixel's minimum comes from, y * width + x
};

// cost(p) = min over c of cost(c) + weight * |c - p - offset|^2, p and c pixels of the map. weight
// > 0, the costs finite; `offset` need not be whole.
DistanceTransform TransformDistance(const CostMap& cost, double weight, const Point& offset);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_DISTANCE_TRANSFORM_H_
