// The table of `facet bench`: for each case (a size) its components, from the first of --use, or the
// fastest, down.
#ifndef FACET_CORE_BENCH_TABLE_H_
#define FACET_CORE_BENCH_TABLE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bench/results.h"
#include "core/report/grid.h"

namespace facet {

// Peak memory of one call of a component's first case, above that of an idle process [MiB].
struct BenchMemory {
  std::optional<double> idle_mib;
  std::map<std::string, std::optional<double>> above_idle_mib;  // no value: not known
};

// What stands beside the times.
struct BenchSurroundings {
  std::vector<std::string> order;              // components, of --use; empty: fastest first
  std::string size_means;                      // "embeddings a batch"; empty: not known
  BenchMemory memory;                          // without components: not measured, not shown
  std::map<std::string, std::string> quality;  // of components, from the store
  const BenchResults* baseline = nullptr;
};

// `grid.notes` say what the numbers are.
Grid BenchGrid(const BenchResults& results, const BenchSurroundings& surroundings);
// Of a dry run: that each case runs, and what it counts, without its time.
Grid DryRunGrid(const BenchResults& results, const BenchSurroundings& surroundings);

}  // namespace facet

#endif  // FACET_CORE_BENCH_TABLE_H_
