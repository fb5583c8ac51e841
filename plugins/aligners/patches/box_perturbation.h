// Boxes as another detector might have drawn them, for aligners that learn: one that has seen the
// boxes of one detector alone is lost where another's are a little larger, or lower. A normal
// distribution with the variance of the detectors, as of the starting shapes of Xiong, De la Torre:
// "Supervised descent method and its applications to face alignment", CVPR 2013.
#ifndef FACET_PLUGINS_ALIGNERS_PATCHES_BOX_PERTURBATION_H_
#define FACET_PLUGINS_ALIGNERS_PATCHES_BOX_PERTURBATION_H_

#include <algorithm>
#include <cmath>

#include "core/api/geometry.h"
#include "core/api/options.h"
#include "core/base/random.h"
#include "plugins/aligners/patches/box_spread.h"

namespace facet {

struct BoxPerturbation {
  // Standard deviations; 0: boxes as they are.
  double scale_spread = kBoxScaleSpread, shift_spread = kBoxShiftSpread;

  void Visit(OptionVisitor& v) {
    v("box_scale_spread", scale_spread, Range(0, 0.5),
      "of the logarithm of the sides of the boxes that are trained on [1]");
    v("box_shift_spread", shift_spread, Range(0, 0.5),
      "of their centres, along each axis [box sides]");
  }

  // Draws beyond 2.5 deviations are cut to these.
  Box Draw(const Box& box, Random* random) const {
    const auto normal = [random] { return std::clamp(random->Normal(), -2.5, 2.5); };
    const double scale = std::exp(scale_spread * normal());
    const double width = box.width * scale, height = box.height * scale;
    const Point centre = box.Centre();
    const double x = centre.x + shift_spread * box.width * normal();
    const double y = centre.y + shift_spread * box.height * normal();
    return {x - width / 2, y - height / 2, width, height};
  }
};

}  // namespace facet

#endif  // FACET_PLUGINS_ALIGNERS_PATCHES_BOX_PERTURBATION_H_
