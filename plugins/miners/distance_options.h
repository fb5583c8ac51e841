// How batch miners measure how far apart two images are: the options that they share.
#ifndef FACET_PLUGINS_MINERS_DISTANCE_OPTIONS_H_
#define FACET_PLUGINS_MINERS_DISTANCE_OPTIONS_H_

#include <string>

#include "core/api/options.h"

namespace facet {

// A miner's Options derive from it, give the defaults of its source, and visit it last:
//
//   struct Options : facet::DistanceOptions {
//     double margin = 0.2;
//     Options() { distance = "squared_l2"; }
//     void Visit(facet::OptionVisitor& v) {
//       v("margin", margin, facet::Above(0), "as the loss's");
//       VisitDistance(v, "as the loss's");
//     }
//   };
struct DistanceOptions {
  // "l2", "squared_l2", or "cosine": 1 - cos, so that near is small in all three.
  std::string distance = "l2";
  // Embeddings are UnitRows() first; cosine needs no telling.
  bool normalize = false;

  // `meaning`: what the distance decides here; empty: nothing to add. `why`: whose default
  // `normalize` has.
  void VisitDistance(OptionVisitor& v, const std::string& meaning,
                     const std::string& why = "off: Parkhi et al. 2015, section 4.4") {
    const std::string separator = meaning.empty() ? "" : "; ";
    v("distance", distance, OneOf({"l2", "squared_l2", "cosine"}),
      (meaning + separator + "cosine: 1 - cos").c_str());
    VisitNormalize(v, why);
  }
  // Of a miner whose distance is fixed.
  void VisitNormalize(OptionVisitor& v, const std::string& why) {
    v("normalize", normalize, Any(), ("embeddings to unit length first; " + why).c_str());
  }
};

}  // namespace facet

#endif  // FACET_PLUGINS_MINERS_DISTANCE_OPTIONS_H_
