// Google Benchmark's JSON, made for tests.
#ifndef FACET_CORE_BENCH_BENCH_TESTING_H_
#define FACET_CORE_BENCH_BENCH_TESTING_H_

#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/bench/results.h"

namespace facet {

// The repetitions of one benchmark, times in µs.
inline void AddRuns(const std::string& name, const std::vector<double>& times, int family,
                    Json* document, const Json& more = Json::object()) {
  int index = 0;
  for (const double time : times) {
    Json run = {{"name", name},
                {"run_name", name},
                {"run_type", "iteration"},
                {"family_index", family},
                {"per_family_instance_index", 0},
                {"repetitions", times.size()},
                {"repetition_index", index++},
                {"threads", 1},
                {"iterations", 100},
                {"real_time", time},
                {"cpu_time", 2.0 * time},
                {"time_unit", "us"},
                {"items_per_second", 64e6 / time}};
    run.update(more);
    (*document)["benchmarks"].push_back(run);
  }
}

inline Json EmptyDocument() {
  return {{"context", {{"num_cpus", 2}}}, {"benchmarks", Json::array()}};
}

inline BenchResults Parsed(const Json& document) {
  return *BenchResultsFromJson(document, "made.json");
}

}  // namespace facet

#endif  // FACET_CORE_BENCH_BENCH_TESTING_H_
