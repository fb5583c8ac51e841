// What augmentations share that draw a number between two options.
#ifndef FACET_PLUGINS_AUGMENTATIONS_DRAWN_RANGE_H_
#define FACET_PLUGINS_AUGMENTATIONS_DRAWN_RANGE_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace facet {

inline absl::Status CheckOrder(const char* min_name, double min, const char* max_name, double max) {
  if (min <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(min_name, " = ", min, " is above ", max_name,
                                                 " = ", max, "; it may be at most that"));
}

}  // namespace facet

#endif  // FACET_PLUGINS_AUGMENTATIONS_DRAWN_RANGE_H_
