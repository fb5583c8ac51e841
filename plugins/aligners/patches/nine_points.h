// The canonical position of a face by its 9 landmarks (points9), as section 6 of Parkhi, Vedaldi,
// Zisserman (BMVC 2015) wants it: a 2-D similarity for frontal faces, none for profiles.
#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_NINE_POINTS_H_
#define FACET_PLUGINS_ALIGNERS_PATCHES_NINE_POINTS_H_

#include <vector>

#include "core/api/aligner.h"

namespace facet {

struct NinePointCrop {
  double extend = 1.0, shift_y = 0.0, fallback_extend = 1.1;

  void Visit(OptionVisitor& v) {
    v("extend", extend, AboveUpTo(0, 10), "side of the crop over the template's [1]");
    v("shift_y", shift_y, Range(-1, 1), "crop's centre below the template's [template sides]");
    v("fallback_extend", fallback_extend, AboveUpTo(0, 10),
      "not aligned: side of the crop over the canonical box [1]");
  }
};

// Where the 9 points go, in crop units.
std::vector<Point> NinePointTemplate(const NinePointCrop& crop);

// The square crop of the similarity from `landmarks` (points9, or a scheme that converts to it) to
// the template: `aligned` true, `confidence` the negative root mean square distance in crop units.
// Without such landmarks, with ones that fix no similarity, or for a face turned to a side:
// CropOfBox(face.box, fallback_extend), `aligned` false, `confidence` -1. Either keeps
// `landmarks`.
Alignment AlignNinePoints(const Face& face, const Landmarks& landmarks, const NinePointCrop& crop);

inline bool IsProfile(const Face& face) {
  return face.pose == Pose::kLeft || face.pose == Pose::kRight;
}

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_NINE_POINTS_H_
