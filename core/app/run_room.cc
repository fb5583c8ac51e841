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

// "10 of the 12 stages to compute take about "
std::string Subject(const Forecast& forecast) {
  if (forecast.num_stages == 1) return "the stage to compute takes about ";
  return absl::StrCat(
      forecast.num_known < forecast.num_stages ? absl::StrCat(forecast.num_known, " of ") : "",
      "the ", forecast.num_stages, " stages to compute ", forecast.num_known > 1 ? "take" : "takes",
      " about ");
}

}  // namespace

std::string DescribeForecast(const Forecast& forecast, const std::string& store) {
  if (forecast.num_known == 0) return "";
  std::vector<std::string> parts;
  if (forecast.seconds > 0) parts.push_back(FormatDuration(forecast.seconds));
  if (forecast.memory_bytes > 0) {
    const int64_t there = LargestMemory();
    parts.push_back(absl::StrCat(Bytes(forecast.memory_bytes), " of memory",
                                 there < 0 ? "" : absl::StrCat(" (of ", FormatBytes(there), ")")));
  }
  const int64_t free = FreeDisk(store);
  parts.push_back(absl::StrCat(
      Bytes(forecast.bytes), " of disk",
      free < 0 ? "" : absl::StrCat(" (", FormatBytes(free), " are free at ", DiskOf(store), ")")));
  std::string text = Subject(forecast) + parts.front();
  for (size_t i = 1; i < parts.size(); ++i) {
    absl::StrAppend(&text, i + 1 < parts.size() ? ", " : " and ", parts[i]);
  }
  const int unknown = forecast.num_stages - forecast.num_known;
  if (unknown > 0) {
    absl::StrAppend(&text, "; nothing is known yet of the other",
                    unknown > 1 ? absl::StrCat(" ", unknown) : "", ": ",
                    absl::StrJoin(forecast.unknown, ", "));
  }
  return text;
}

Json ForecastToJson(const Forecast& forecast, const std::string& store) {
  const auto known = [](bool is_known, double value) {
    return is_known ? Json(static_cast<int64_t>(value)) : Json();
  };
  const int64_t free = FreeDisk(store), there = LargestMemory();
  return {{"stages", forecast.num_stages},
          {"known", forecast.num_known},
          {"unknown", forecast.unknown},
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
        Subject(forecast), Bytes(forecast.bytes), " of disk; the disk at ", DiskOf(store), " has ",
        FormatBytes(free),
        " left: make room there, name a store on a larger disk (--store), or begin in spite of it "
        "(--no-room-check)"));
  }
  if (there >= 0 && forecast.memory_bytes > static_cast<double>(there)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        Subject(forecast), Bytes(forecast.memory_bytes), " of memory", jobs > 1 ? " at once" : "",
        "; this machine has ", FormatBytes(there), ", swap included: ",
        jobs > 1 ? "run fewer stages at once (-j), " : "take a larger machine, ",
        "or begin in spite of it (--no-room-check)"));
  }
  return absl::OkStatus();
}

}  // namespace facet
