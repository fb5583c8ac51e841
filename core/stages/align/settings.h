// What the align stage is told: of the branch's face settings (core/stages/detect/settings.h) those
// that are about images.
#ifndef FACET_CORE_STAGES_ALIGN_SETTINGS_H_
#define FACET_CORE_STAGES_ALIGN_SETTINGS_H_

#include <string>

#include "core/api/options.h"
#include "core/pipeline/image_settings.h"

namespace facet {

struct AlignSettings {
  std::string unreadable = "skip";
  ImageSettings images;

  void Visit(OptionVisitor& v) {
    v("unreadable", unreadable, OneOf({"skip", "refuse"}),
      "a face that the aligner fails on: skip and count it, or refuse to go on");
    images.Visit(v);
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_ALIGN_SETTINGS_H_
