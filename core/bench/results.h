// What a benchmark program measured: Google Benchmark's JSON form, of a program of ours or of any.
//
//   {"context": {...}, "benchmarks": [{"name", "run_type": "iteration", "repetition_index",
//    "iterations", "real_time", "time_unit", "items_per_second", <counter>: number, ...}, ...]}
//
// `facet bench` adds to "context": "machine" {"cpu", "cores", "load_at_start"}, "command",
// "memory" {"unit": "MiB", "idle", "components": {name: number or null}}, "left_out" [{"name",
// "reason"}]. Tools that know Google Benchmark's fields alone read the file as before.
#ifndef FACET_CORE_BENCH_RESULTS_H_
#define FACET_CORE_BENCH_RESULTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

// One benchmark with all its repetitions.
struct BenchCase {
  std::string name;             // "loss/arcface/B:64/D:128/real_time"
  std::string component;        // "arcface"; empty: the name has no three parts
  std::string label;            // "B:64/D:128", the rest without how it is timed
  std::vector<double> seconds;  // of one iteration, by repetition
  std::vector<double> items_per_second;
  std::map<std::string, std::vector<double>> counters;
  std::string error;  // of the first repetition that ended with one

  bool Measured() const { return error.empty() && !seconds.empty(); }
};

struct LeftOut {
  std::string name, reason;
};
// [{"name", "reason"}], or such a list as text; anything else is one reason without a name.
std::vector<LeftOut> LeftOutFromJson(const Json& json);
Json ToJson(const std::vector<LeftOut>& left_out);

struct BenchResults {
  Json document;                 // "benchmarks" in the order of the cases
  std::vector<BenchCase> cases;  // as they were registered, whatever the order of measuring
  std::string machine;           // "AMD EPYC ..., 2 cores"; without our context the cores alone
  bool clock_varies = false;     // a governor changes the processor's clock rate
  std::vector<LeftOut> left_out;
};

// InvalidArgument: `json`, of the file `name`, is not Google Benchmark's.
absl::StatusOr<BenchResults> BenchResultsFromJson(Json json, const std::string& name);
// The same of its text, in which what is no number (the variation of a counter that is 0) stands as
// NaN: JSON has no word for it.
absl::StatusOr<BenchResults> BenchResultsFromText(const std::string& text, const std::string& name);
absl::StatusOr<BenchResults> ReadBenchResults(const std::string& path);

const BenchCase* FindCase(const BenchResults& results, const std::string& name);
// Of the case with the fewest; 0: nothing was measured.
size_t FewestRepetitions(const BenchResults& results);

}  // namespace facet

#endif  // FACET_CORE_BENCH_RESULTS_H_
