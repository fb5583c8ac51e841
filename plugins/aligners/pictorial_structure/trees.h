// Where the parts of a face lie relative to each other: a mixture of trees with Gaussian edges, and
// the best placement of all parts on maps of their costs (Felzenszwalb, Huttenlocher: "Pictorial
// structures for object recognition", IJCV 61, 2005; the mixture of Everingham, Sivic, Zisserman:
// "Taking the bite out of automated naming of characters in TV video", IVC 27, 2009).
#ifndef FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_TREES_H_
#define FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_TREES_H_

#include <vector>

#include "core/api/geometry.h"
#include "plugins/aligners/pictorial_structure/distance_transform.h"

namespace facet {

// One part: its place relative to its parent's is N(offset, variance), the same in x and in y.
struct TreePart {
  int parent = -1;        // -1: the root, which may lie anywhere
  Point offset;           // [px]
  double variance = 1.0;  // [px^2]
};

struct PartTree {
  std::vector<TreePart> parts;
  double log_weight = 0.0;  // of the tree in the mixture
};

// The paper's three trees for 9 parts (points9) in its 80 x 80 px patch, with log_weight =
// log(mix): upright, and turned by a few degrees to either side. The variances of the second and
// the third are those of the first, edge by edge (mirrored for the second, which hangs on the right
// eye): the ones of the first are known.
std::vector<PartTree> PaperTrees();

// The same trees with offsets, variances and weights of `shapes` (each the parts' places in px of
// the patch) by expectation maximisation, starting from `initial`. log_weight is the log of the
// tree's share less the normalisation of its Gaussians, so that trees of different widths compare.
// Edges keep a variance of at least `min_variance`, for places found are whole pixels.
std::vector<PartTree> LearnTrees(const std::vector<PartTree>& initial,
                                 const std::vector<std::vector<Point>>& shapes,
                                 double min_variance);

struct Placement {
  std::vector<Point> parts;  // px of the maps
  double confidence = 0.0;   // best over trees of log_weight - cost
  int tree = 0;
};

// The placement of least cost: sum over parts of costs[part] and of |c - p - offset|^2 / (2
// variance) over edges. One map a part, all of one size, costs finite.
Placement BestPlacement(const std::vector<PartTree>& trees, const std::vector<CostMap>& costs);

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PICTORIAL_STRUCTURE_TREES_H_
