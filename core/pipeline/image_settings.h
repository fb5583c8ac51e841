// Which image files a stage may decode, declared like a component's options (core/api/options.h).
#ifndef FACET_CORE_PIPELINE_IMAGE_SETTINGS_H_
#define FACET_CORE_PIPELINE_IMAGE_SETTINGS_H_

#include <cstdint>

#include "core/api/options.h"

namespace facet {

struct ImageSettings {
  int64_t max_megapixels = 64;

  void Visit(OptionVisitor& v) {
    v("max_megapixels", max_megapixels, Range(1, 1000),
      "larger images are unreadable [10^6 pixels]");
  }
};

}  // namespace facet

#endif  // FACET_CORE_PIPELINE_IMAGE_SETTINGS_H_
