// How long a user waits for facet where it has nothing to compute: the verbs that answer at once, a
// run whose stages are all stored, the plan of a sweep.
//
//   ./facet build && bazel build //benchmarks/start_up
//   bazel-bin/benchmarks/start_up/start_up [--facet PATH[,PATH]] [--wrapper PATH] [--experiment FILE]
//       [--sweep FILE] [--points N] [--entries N] [--stores DIR] [--repetitions N]
//
// --facet       the program; of two the second is compared with the first. (bazel-bin/dist/bin/facet)
// --wrapper     the script ./facet of a tree that is built, beside the program
// --experiment  is checked, planned and run. (dist's table4_small.toml: the first run takes minutes)
// --sweep       row `softmax` of it is planned at --points values of train.epochs (1,000), in an empty
//               store and beside --entries entries (10,000), which are made for it; --points 0: not at
//               all. (tests/end_to_end/tiny.toml)
// --stores      where the stores are made and stay, so that nothing is computed the next time. (TMPDIR,
//               removed at the end)
//
// Every repetition (21) does all commands of all programs once, by turns. A line is a command of a
// program: the median of its wall clock in ms, the quartiles, the median of user and system time of
// the process and its children, and what it did, in its own words; of a second program the ratio of
// the times of one turn to the first's, with a 95 % interval. `(a process)` is /bin/true: what is in
// every line. Run it on an idle machine; all is of a warm page cache.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "benchmarks/paired_ratio.h"
#include "benchmarks/store/made_store.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/scratch_folder.h"
#include "core/graph/store.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> programs = {"bazel-bin/dist/bin/facet"};
  std::string wrapper, stores;
  std::string experiment = "bazel-bin/dist/experiments/table4_small.toml";
  std::string sweep = "tests/end_to_end/tiny.toml";
  int points = 1000, entries = 10000, repetitions = 21;
};

[[noreturn]] void Leave(const std::string& sentence) {
  std::fprintf(stderr, "start_up: %s\n", sentence.c_str());
  std::exit(1);
}

void Require(const absl::Status& status) {
  if (!status.ok()) Leave(std::string(status.message()));
}

Arguments ReadArguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i], value = i + 1 < argc ? argv[i + 1] : "";
    std::string* text = name == "--wrapper"      ? &arguments.wrapper
                        : name == "--experiment" ? &arguments.experiment
                        : name == "--sweep"      ? &arguments.sweep
                        : name == "--stores"     ? &arguments.stores
                                                 : nullptr;
    int* number = name == "--points"        ? &arguments.points
                  : name == "--entries"     ? &arguments.entries
                  : name == "--repetitions" ? &arguments.repetitions
                                            : nullptr;
    if (name == "--facet" && !value.empty()) {
      arguments.programs = absl::StrSplit(value, ',');
    } else if (text != nullptr && !value.empty()) {
      *text = value;
    } else if (number == nullptr || !absl::SimpleAtoi(value, number) || *number < 0) {
      Leave(absl::StrCat("cannot use ", name, " ", value, "; the head of start_up.cc has all"));
    }
  }
  if (arguments.repetitions < 1 || arguments.programs.size() > 2) {
    Leave("at least one repetition, and at most two programs");
  }
  return arguments;
}

// A command of one program, and its times.
struct Case {
  std::string name;
  std::vector<std::string> command;
  std::string deed = {};
  std::vector<double> wall_ms = {}, cpu_ms = {};
};

double Milliseconds(const timeval& time) {
  return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
}

// The line that says what was done, else how many there are.
std::string DeedOf(const std::string& said) {
  const std::vector<std::string> lines = absl::StrSplit(said, '\n', absl::SkipEmpty());
  for (const char* const words : {" stages: ", ", all fine"}) {
    for (const std::string& line : lines) {
      if (absl::StrContains(line, words)) return line.substr(line.rfind('/') + 1);
    }
  }
  return lines.empty() ? "" : absl::StrCat(lines.size(), " lines");
}

// To files, as waiting at a pipe would cost time of its own.
void Run(const std::string& folder, Case* done) {
  const std::string out = folder + "/out", error = folder + "/error";
  for (const std::string& path : {out, error}) fs::remove(path);
  ChildOptions options;
  options.command = done->command;
  options.streams = {{STDIN_FILENO, ChildStream::Null()},
                     {STDOUT_FILENO, ChildStream::File(out)},
                     {STDERR_FILENO, ChildStream::File(error)}};
  const auto begin = std::chrono::steady_clock::now();
  const auto child = ChildProcess::Start(options);
  Require(child.status());
  const ChildExit exit = (*child)->Wait();
  const auto end = std::chrono::steady_clock::now();
  const std::string said = ReadFile(out).value_or(""), errors = ReadFile(error).value_or("");
  if (exit.status != 0) {
    Leave(absl::StrCat(absl::StrJoin(done->command, " ").substr(0, 200), ": ", exit.Describe(),
                       "\n", errors));
  }
  done->wall_ms.push_back(std::chrono::duration<double, std::milli>(end - begin).count());
  done->cpu_ms.push_back(Milliseconds(exit.usage.ru_utime) + Milliseconds(exit.usage.ru_stime));
  done->deed = DeedOf(absl::StrCat(said, "\n", errors));
}

std::string Numbers(int count) {
  std::vector<int> numbers;
  for (int i = 1; i <= count; ++i) numbers.push_back(i);
  return absl::StrJoin(numbers, ",");
}

void MakeEntries(const std::string& folder, int count) {
  if (fs::exists(folder + "/cache")) return;
  const auto store = Store::Open(folder);
  Require(store.status());
  FillStore(**store, MadeSweep(std::max(1, (count - 3) / 3), 0));
  WaitUntilOld();
}

// What one program is asked, each in a store that knows it already.
std::vector<Case> CasesOf(const Arguments& arguments, const std::string& program,
                          const std::string& folder) {
  const std::string experiment = fs::path(arguments.experiment).filename().string();
  const std::string sweep = fs::path(arguments.sweep).filename().string();
  const auto in_store = [&](const std::string& by, const char* store, const char* verb,
                            const std::string& file) -> std::vector<std::string> {
    return {by, "--store", absl::StrCat(folder, "/", store), verb, file};
  };
  std::vector<Case> cases;
  cases.push_back({"--help", {program, "--help"}});
  cases.push_back({absl::StrCat("check ", experiment), {program, "check", arguments.experiment}});
  cases.push_back({absl::StrCat("plan ", experiment, ", nothing stored"),
                   in_store(program, "empty", "plan", arguments.experiment)});
  cases.push_back({absl::StrCat("plan ", experiment, ", all stored"),
                   in_store(program, "stored", "plan", arguments.experiment)});
  cases.push_back({absl::StrCat("run ", experiment, ", all stored"),
                   in_store(program, "stored", "run", arguments.experiment)});
  if (!arguments.wrapper.empty()) {
    cases.push_back({absl::StrCat(arguments.wrapper, " plan ", experiment),
                     in_store(arguments.wrapper, "wrapped", "plan", arguments.experiment)});
  }
  if (arguments.points == 0) return cases;
  MakeEntries(folder + "/full", arguments.entries);
  const std::string axis = absl::StrCat("train.epochs=", Numbers(arguments.points));
  for (const bool full : {false, true}) {
    Case planned;
    planned.name = absl::StrCat("plan ", sweep, ", ", arguments.points, " points, ",
                                full ? arguments.entries : 0, " entries");
    planned.command = in_store(program, full ? "full" : "empty", "plan", arguments.sweep);
    planned.command.insert(planned.command.end(), {"softmax", "--axis", axis});
    cases.push_back(std::move(planned));
  }
  return cases;
}

double Quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

void Print(const std::string& label, const Case& line, const std::vector<double>* first) {
  std::printf("%-56s %-3s %7.1f  [%6.1f, %6.1f] %7.1f  %s", line.name.c_str(), label.c_str(),
              Median(line.wall_ms), Quantile(line.wall_ms, 0.25), Quantile(line.wall_ms, 0.75),
              Median(line.cpu_ms), line.deed.c_str());
  if (first != nullptr && first->size() > 1) {
    const RatioInterval ratio = PairedRatio(line.wall_ms, *first);
    std::printf("; ratio %.3f [%.3f, %.3f]", ratio.ratio, ratio.low, ratio.high);
  }
  std::printf("\n");
}

int Measure(const Arguments& arguments) {
  std::unique_ptr<ScratchFolder> scratch;
  std::string folder = arguments.stores;
  if (folder.empty()) {
    auto made = ScratchFolder::Create();
    Require(made.status());
    scratch = *std::move(made);
    folder = scratch->path();
  }
  Case process = {"(a process)", {"/bin/true"}};
  std::vector<std::vector<Case>> sides;
  for (const std::string& program : arguments.programs) {
    const std::string stores = absl::StrCat(folder, "/", Sha256Hex(program).substr(0, 8));
    fs::create_directories(stores);
    Case first = {"", {program, "--store", stores + "/stored", "run", arguments.experiment}};
    Run(folder, &first);
    std::printf("%s: %s\n", program.c_str(), first.deed.c_str());
    std::fflush(stdout);
    sides.push_back(CasesOf(arguments, program, stores));
    for (Case each : sides.back()) Run(folder, &each);  // which remembers what it looked at
  }
  for (int i = 0; i < arguments.repetitions; ++i) {
    Run(folder, &process);
    for (size_t j = 0; j < sides.front().size(); ++j) {
      for (std::vector<Case>& side : sides) Run(folder, &side[j]);
    }
  }
  std::printf("%-60s %7s  %16s %7s  what it did\n", "command", "wall ms", "quartiles", "CPU ms");
  Print("", process, nullptr);
  for (size_t j = 0; j < sides.front().size(); ++j) {
    for (size_t side = 0; side < sides.size(); ++side) {
      const std::string label = sides.size() == 1 ? "" : side == 0 ? "A" : "B";
      Print(label, sides[side][j], side == 0 ? nullptr : &sides[0][j].wall_ms);
    }
  }
  return 0;
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Measure(facet::bench::ReadArguments(argc, argv));
}
