// What stages cost: time, processor time, memory, disk, as their artifacts say. A stage that rows
// share counts once; one from the cache shows what it cost when it was computed, which is what the
// cache saved; of one that failed the time is known. Disk is the artifact's files, without a folder
// that a stage keeps beside it.
#ifndef FACET_CORE_REPORT_COSTS_H_
#define FACET_CORE_REPORT_COSTS_H_

#include <cstdint>
#include <string>

#include "core/base/json.h"
#include "core/report/report.h"

namespace facet {

struct CostSum {
  double seconds = 0.0, cpu_seconds = 0.0;
  double peak_memory_mib = 0.0;  // of the largest process
  int64_t disk_bytes = 0;
  int num_stages = 0;

  // Negative numbers are not known, and add nothing.
  void Add(double seconds, double cpu_seconds, double peak_memory_mib, int64_t disk_bytes);
};

struct Costs {
  CostSum computed, cached;
};
Costs CostsOf(const Report& report);

// "1 min 03 s of computing (1 min 58 s of processor time, at most 812.0 MiB of memory), 34.1 MiB
// stored; the cache saved 48 s"; empty if there is nothing to say.
std::string CostSentence(const Costs& costs);

// The members of a stage in JSON: "seconds", "cpu_seconds", "peak_memory_mib", "disk_bytes"; null
// where they are not known.
Json CostsToJson(const ReportStage& stage);
void ReadCosts(const Json& json, ReportStage* stage);
Json ToJson(const Costs& costs);

// "34.1 MiB"; "–" for a negative number.
std::string FormatSize(double bytes);

}  // namespace facet

#endif  // FACET_CORE_REPORT_COSTS_H_
