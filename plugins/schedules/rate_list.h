// What schedules with a list of rates have in common.
#ifndef FACET_PLUGINS_SCHEDULES_RATE_LIST_H_
#define FACET_PLUGINS_SCHEDULES_RATE_LIST_H_

#include <vector>

#include "absl/status/status.h"

namespace facet {

inline absl::Status CheckRates(const std::vector<double>& rates) {
  if (!rates.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "rates is empty; give at least one, for example rates = [1e-2]");
}

}  // namespace facet

#endif  // FACET_PLUGINS_SCHEDULES_RATE_LIST_H_
