// What the curate stage may be told.
#ifndef FACET_CORE_STAGES_CURATE_SETTINGS_H_
#define FACET_CORE_STAGES_CURATE_SETTINGS_H_

#include <cstdint>

#include "core/api/options.h"

namespace facet {

// `curation.crops`: what a curator that works on faces is given, encoded as `train.crops` says.
struct CurationCropSettings {
  int64_t size_px = 160;

  void Visit(OptionVisitor& v) {
    v("size_px", size_px, Range(8, 4096), "shorter side of the faces [px]");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_CURATE_SETTINGS_H_
