// A run's forecast against what the machine has: what `plan` says of it, and what `run` refuses.
#ifndef FACET_CORE_APP_RUN_ROOM_H_
#define FACET_CORE_APP_RUN_ROOM_H_

#include <string>

#include "absl/status/status.h"
#include "core/base/json.h"
#include "core/pipeline/forecast.h"

namespace facet {

// "10 of the 12 stages to compute take about 3 min 05 s, 0.5 GiB of memory (of 8.0 GiB) and 1.2 GiB
// of disk (30.5 GiB are free at /); nothing is known yet of the other 2: describe, train"; empty:
// nothing is known of any, or all are cached.
std::string DescribeForecast(const Forecast& forecast, const std::string& store);

// {"stages", "known", "unknown", "disk_bytes", "disk_free_bytes", "memory_bytes", "memory_total_bytes",
// "seconds"}; what is not known is null.
Json ForecastToJson(const Forecast& forecast, const std::string& store);

// ResourceExhausted, with figures and cures: the store's disk or the memory is too small for it.
absl::Status CheckRoom(const Forecast& forecast, const std::string& store, int jobs);

}  // namespace facet

#endif  // FACET_CORE_APP_RUN_ROOM_H_
