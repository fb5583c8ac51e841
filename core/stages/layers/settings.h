// What the layers stage may be told.
#ifndef FACET_CORE_STAGES_LAYERS_SETTINGS_H_
#define FACET_CORE_STAGES_LAYERS_SETTINGS_H_

#include <cstdint>

#include "core/api/options.h"

namespace facet {

struct LayersSettings {
  int64_t classes = 0;

  void Visit(OptionVisitor& v) {
    v("classes", classes, Range(0, 100'000'000),
      "people that the loss tells apart; 0: the loss is left out");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_LAYERS_SETTINGS_H_
