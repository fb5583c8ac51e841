#include "core/app/run_room.h"

#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/app/progress.h"
#include "core/pipeline/room.h"

namespace facet {
namespace {

std::string Bytes(double bytes) { return FormatBytes(static_cast<int64_t>(bytes)); }

// "forecast for 10 of 12 stages to compute"
std::string Scope(const Forecast& forecast) {
  return absl::StrCat("forecast for ", forecast.num_known, " of ", forecast.num_stages,
                      " stages to compute");
}

}  // namespace

std::string DescribeForecast(const Forecast& forecast, const std::string& store) {
  if (forecast.num_known == 0) return "";
  std::vector<std::string> parts;
  const int64_t free = FreeDisk(store);
  parts.push_back(absl::StrCat(
      Bytes(forecast.bytes), " of disk",
      free < 0 ? "" : absl::StrCat(" (", FormatBytes(free), " free at ", DiskOf(store), ")")));
  if (forecast.memory_bytes > 0) {
    const int64_t there = LargestMemory();
    parts.push_back(
        absl::StrCat(Bytes(forecast.memory_bytes), " of memory",
                     there < 0 ? "" : absl::StrCat(" (", FormatBytes(there), " there)")));
  }
  if (forecast.seconds > 0) parts.push_back(FormatDuration(forecast.seconds));
  return absl::StrCat(Scope(forecast), ": about ", absl::StrJoin(parts, ", "));
}

Json ForecastToJson(const Forecast& forecast, const std::string& store) {
  const auto known = [](bool is_known, double value) {
    return is_known ? Json(static_cast<int64_t>(value)) : Json();
  };
  const int64_t free = FreeDisk(store), there = LargestMemory();
  return {{"stages", forecast.num_stages},
          {"known", forecast.num_known},
          {"disk_bytes", known(forecast.num_known > 0, forecast.bytes)},
          {"disk_free_bytes", known(free >= 0, static_cast<double>(free))},
          {"memory_bytes", known(forecast.memory_bytes > 0, forecast.memory_bytes)},
          {"memory_total_bytes", known(there >= 0, static_cast<double>(there))},
          {"seconds", forecast.seconds > 0 ? Json(forecast.seconds) : Json()}};
}

absl::Status CheckRoom(const Forecast& forecast, const std::string& store, int jobs) {
  const int64_t free = FreeDisk(store), there = LargestMemory();
  if (free >= 0 && forecast.bytes > static_cast<double>(free)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        Scope(forecast), ": about ", Bytes(forecast.bytes), " of disk; the disk at ", DiskOf(store),
        " has ", FormatBytes(free),
        " left: make room there, name a store on a larger disk (--store), or begin in spite of it "
        "(--no-room-check)"));
  }
  if (there >= 0 && forecast.memory_bytes > static_cast<double>(there)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        Scope(forecast), ": about ", Bytes(forecast.memory_bytes), " of memory",
        jobs > 1 ? " at once" : "", "; this machine has ", FormatBytes(there), ", swap included: ",
        jobs > 1 ? "run fewer stages at once (-j), " : "take a larger machine, ",
        "or begin in spite of it (--no-room-check)"));
  }
  return absl::OkStatus();
}

}  // namespace facet
