// The machine that is measured on, and how busy it was.
#ifndef FACET_CORE_BENCH_MACHINE_H_
#define FACET_CORE_BENCH_MACHINE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/json.h"

namespace facet {

struct BenchMachine {
  std::string cpu;             // "AMD EPYC 7B13"
  int64_t num_cores = 1;       // that this process may use
  std::optional<double> load;  // processes that wanted to run in the last minute
  static BenchMachine ThisOne();

  std::string Describe() const;  // "AMD EPYC 7B13, 2 cores, load 0.12 at the start"
  // Others want the processor: what is measured then is partly theirs.
  bool Busy() const { return load.has_value() && *load > 0.5; }
};

Json ToJson(const BenchMachine& machine);

}  // namespace facet

#endif  // FACET_CORE_BENCH_MACHINE_H_
