// Non-maximum suppression: of boxes that cover each other the best one stays.
#ifndef FACET_PLUGINS_DETECTORS_SUPPRESSION_H_
#define FACET_PLUGINS_DETECTORS_SUPPRESSION_H_

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/api/geometry.h"

namespace facet {

// What the common area of two boxes is divided by.
enum class OverlapOver {
  kUnion,    // intersection over union
  kSmaller,  // MTCNN's last stage: a box inside another one overlaps fully
  kWeaker,   // the area of the weaker box: deformable parts (voc-release)
};

inline double Overlap(const Box& stronger, const Box& weaker, OverlapOver over) {
  const double width = std::min(stronger.x + stronger.width, weaker.x + weaker.width) -
                       std::max(stronger.x, weaker.x);
  const double height = std::min(stronger.y + stronger.height, weaker.y + weaker.height) -
                        std::max(stronger.y, weaker.y);
  if (!(width > 0 && height > 0)) return 0.0;
  const double common = width * height;
  const double strong = stronger.width * stronger.height, weak = weaker.width * weaker.height;
  switch (over) {
    case OverlapOver::kUnion:
      return common / (strong + weak - common);
    case OverlapOver::kSmaller:
      return common / std::min(strong, weak);
    case OverlapOver::kWeaker:
      return common / weak;
  }
  return 0.0;
}

// Sorts by score, best first (equals keep their order), and keeps each that overlaps none of those
// kept before it by more than `max_overlap`. T has `box` and `score`.
template <class T>
void KeepBestOfOverlapping(double max_overlap, OverlapOver over, std::vector<T>* found) {
  std::stable_sort(found->begin(), found->end(),
                   [](const T& a, const T& b) { return a.score > b.score; });
  std::vector<T> kept;
  for (T& each : *found) {
    const bool covered = std::any_of(kept.begin(), kept.end(), [&](const T& better) {
      return Overlap(better.box, each.box, over) > max_overlap;
    });
    if (!covered) kept.push_back(std::move(each));
  }
  *found = std::move(kept);
}

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_SUPPRESSION_H_
