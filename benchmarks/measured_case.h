// One benchmark of a component: its name, its clock, and its errors.
#ifndef FACET_BENCHMARKS_MEASURED_CASE_H_
#define FACET_BENCHMARKS_MEASURED_CASE_H_

#include <benchmark/benchmark.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "core/api/guard.h"

namespace facet::bench {

// Registers <kind>/<component>/<name>, by the wall clock. An error that `measure` returns, or an
// exception that leaves it, is the benchmark's.
inline void AddCase(const Subject& subject, const std::string& name, benchmark::TimeUnit unit,
                    std::function<absl::Status(benchmark::State&)> measure) {
  const std::string full = absl::StrCat(subject.info().kind, "/", subject.name(), "/", name);
  const auto run = [component = subject.name(),
                    measure = std::move(measure)](benchmark::State& state) {
    const absl::Status status = Guard(component, [&] { return measure(state); });
    if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
  };
  benchmark::RegisterBenchmark(full.c_str(), run)->UseRealTime()->Unit(unit);
}

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_MEASURED_CASE_H_
