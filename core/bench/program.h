// The benchmark program of a kind, run as child processes. benchmarks/components.h is what facet
// and the program agree on.
//
// Errors: InvalidArgument (an option is wrong), NotFound (no such component, or a plugin that cannot
// be used), Cancelled (stopped by a signal), Internal (the program ended otherwise than agreed).
#ifndef FACET_CORE_BENCH_PROGRAM_H_
#define FACET_CORE_BENCH_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/bench/results.h"

namespace facet {

struct BenchRequest {
  std::vector<std::string> plugin_folders;
  std::vector<std::string> use, options, sizes;  // as the program takes them
  std::string images;
  int repetitions = 9;
  std::string min_time = "0.1";  // seconds a repetition
  bool dry_run = false;          // every case once
};

// What --list says.
struct BenchListing {
  std::string size;  // what a size means
  std::vector<std::string> components;
  std::vector<LeftOut> left_out;
  std::vector<std::string> warnings;  // of plugins that cannot be used
};

// An option as a user writes it; text that is no JSON becomes a JSON string: "mode=fast".
std::string OptionAsJson(const std::string& option);

class BenchProgram {
 public:
  struct Watch {
    std::function<bool()> stopped;                               // asks to end
    std::function<void(const std::string& what)> still_running;  // ten times a second
  };

  BenchProgram(std::string path, BenchRequest request, Watch watch)
      : path_(std::move(path)), request_(std::move(request)), watch_(std::move(watch)) {}

  // Of all components, those of `use` or not.
  absl::StatusOr<BenchListing> List() const;
  // Cases with an error are among the results.
  absl::StatusOr<BenchResults> Measure() const;

  // The most memory that a process had [MiB]; none: it did not end well, or had no more than this
  // process, whose peak the system counts for its children too.
  //   Of one that makes nothing,
  std::optional<double> IdleMib() const;
  //   and of one that runs one case once.
  std::optional<double> PeakMib(const BenchCase& of) const;

 private:
  struct Ended;
  absl::StatusOr<Ended> Run(const std::vector<std::string>& use,
                            const std::vector<std::string>& flags, const std::string& what) const;
  std::optional<double> MibOf(const std::vector<std::string>& flags, const std::string& what) const;

  const std::string path_;
  const BenchRequest request_;
  const Watch watch_;
};

}  // namespace facet

#endif  // FACET_CORE_BENCH_PROGRAM_H_
