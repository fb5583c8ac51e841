// What the preview stage may be told.
#ifndef FACET_CORE_STAGES_PREVIEW_SETTINGS_H_
#define FACET_CORE_STAGES_PREVIEW_SETTINGS_H_

#include <cstdint>
#include <string>

#include "core/api/options.h"

namespace facet {

struct PreviewSettings {
  std::string what = "detect";
  int64_t count = 40;
  int64_t seed = 1;
  int64_t people = 0;
  int64_t faces = 8;

  void Visit(OptionVisitor& v) {
    v("what", what, OneOf({"detect", "align", "crops", "triplets"}), "which stage's work is shown");
    v("count", count, Range(1, 1000), "pictures, or triplets");
    v("seed", seed, AtLeast(0), "draws those that are shown");
    v("people", people, Range(0, 1000), "people, each on a line of their own; 0: `count` pictures");
    v("faces", faces, Range(1, 100), "of each of these people");
  }
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PREVIEW_SETTINGS_H_
