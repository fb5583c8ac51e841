#include "core/report/costs.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

Json SumToJson(const CostSum& sum) {
  return {{"stages", sum.num_stages},
          {"seconds", sum.seconds},
          {"cpu_seconds", sum.cpu_seconds},
          {"peak_memory_mib", sum.peak_memory_mib},
          {"disk_bytes", sum.disk_bytes}};
}

Json KnownOrNull(double value) { return value >= 0.0 ? Json(value) : Json(); }

double NumberOr(const Json& json, const char* name, double unknown) {
  const Json value = json.value(name, Json());  // reports of before have none
  return value.is_number() ? value.get<double>() : unknown;
}

}  // namespace

void CostSum::Add(double more_seconds, double more_cpu_seconds, double memory_mib, int64_t bytes) {
  ++num_stages;
  seconds += std::max(more_seconds, 0.0);
  cpu_seconds += std::max(more_cpu_seconds, 0.0);
  peak_memory_mib = std::max(peak_memory_mib, memory_mib);
  disk_bytes += std::max<int64_t>(bytes, 0);
}

Costs CostsOf(const Report& report) {
  Costs costs;
  std::set<std::string> counted;
  for (const bool is_cached : {false, true}) {
    for (const ReportRow& row : report.rows) {
      for (const ReportStage& stage : row.stages) {
        const bool is_meant = is_cached ? stage.state == ReportStage::State::kCached
                                        : stage.state == ReportStage::State::kRun ||
                                              stage.state == ReportStage::State::kFailed;
        if (!is_meant || stage.key.empty() || !counted.insert(stage.key).second) continue;
        (is_cached ? costs.cached : costs.computed)
            .Add(stage.seconds, stage.cpu_seconds, stage.peak_memory_mib, stage.disk_bytes);
      }
    }
  }
  return costs;
}

std::string CostSentence(const Costs& costs) {
  std::string text;
  const CostSum& computed = costs.computed;
  if (computed.num_stages > 0) {
    absl::StrAppend(&text, FormatSeconds(computed.seconds), " of computing");
    // Not known of what failed.
    if (computed.peak_memory_mib > 0.0) {
      absl::StrAppend(&text, " (", FormatSeconds(computed.cpu_seconds),
                      " of processor time, at most ",
                      FormatSize(computed.peak_memory_mib * kMebibyte), " of memory), ",
                      FormatSize(static_cast<double>(computed.disk_bytes)), " stored");
    }
  }
  if (costs.cached.num_stages > 0) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", "the cache saved ",
                    FormatSeconds(costs.cached.seconds));
  }
  return text;
}

Json CostsToJson(const ReportStage& stage) {
  return {{"seconds", KnownOrNull(stage.seconds)},
          {"cpu_seconds", KnownOrNull(stage.cpu_seconds)},
          {"peak_memory_mib", KnownOrNull(stage.peak_memory_mib)},
          {"disk_bytes", stage.disk_bytes >= 0 ? Json(stage.disk_bytes) : Json()}};
}

void ReadCosts(const Json& json, ReportStage* stage) {
  stage->seconds = NumberOr(json, "seconds", -1.0);
  stage->cpu_seconds = NumberOr(json, "cpu_seconds", -1.0);
  stage->peak_memory_mib = NumberOr(json, "peak_memory_mib", -1.0);
  stage->disk_bytes = static_cast<int64_t>(NumberOr(json, "disk_bytes", -1.0));
}

Json ToJson(const Costs& costs) {
  return {{"computed", SumToJson(costs.computed)}, {"cached", SumToJson(costs.cached)}};
}

std::string FormatSize(double bytes) {
  if (!(bytes >= 0.0)) return "–";
  const char* unit = "KiB";
  double value = bytes / 1024.0;
  for (const char* const larger : {"MiB", "GiB", "TiB"}) {
    if (value < 1024.0) break;
    value /= 1024.0;
    unit = larger;
  }
  return absl::StrFormat("%.1f %s", value, unit);
}

}  // namespace facet
