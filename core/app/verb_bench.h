// facet bench: the components of one kind side by side: time, spread, memory, and what the store
// knows of their quality. `facet bench compare`: two such measurements.
#ifndef FACET_CORE_APP_VERB_BENCH_H_
#define FACET_CORE_APP_VERB_BENCH_H_

#include <string>
#include <vector>

#include "core/app/verb.h"

namespace facet {

void AddBenchVerb(Command program, VerbContext& context);

struct BenchArguments {
  std::string kind;  // "loss" or "losses"
  std::vector<std::string> use, options, sizes;
  std::string images, baseline, out;
  int repetitions = 9;
  std::string min_time = "0.1";
  bool json = false, dry_run = false;
  std::string compare_a, compare_b;  // of `bench compare`
};

// What the verb does. `programs`: the folder of the benchmark programs.
int Bench(const BenchArguments& arguments, const std::string& programs, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_BENCH_H_
