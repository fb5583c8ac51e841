// How much of a machine a training keeps that other programs use too.
//
//   ./facet build && bazel build //benchmarks:busy_machine
//   bazel-bin/benchmarks/busy_machine [--facet PATH] [--beside N] [--threads N] [--repetitions N]
//                                     [--epochs N] [--precision float32|bfloat16]
//
// Trains network A (64 px, width 0.25, batch 64, float32 unless said; rendered faces) with `facet run`, by turns
// alone and beside N = 2 programs of two OpenMP threads each (openmp_load.cc), and prints the median
// of images a second from the train stage's own progress, once it is under way. `share` is the rate
// beside them as a part of the rate alone; `fair` that of a training which gets as much of the cores
// as its threads are of all threads. On an idle machine only: what else runs is in both.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "benchmarks/paired_ratio.h"
#include "core/base/check.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/json.h"

namespace facet::bench {
namespace {

struct Arguments {
  std::string facet = "bazel-bin/dist/bin/facet", precision = "float32";
  int beside = 2, threads = 2, repetitions = 5;
  int epochs = 12;
};

constexpr char kExperiment[] = R"(schema = 1
title = "Beside others"

[base]
precision = "float32"

[base.train]
data = { use = "synthetic", part = "train", snapshot = "curated", people = 40, images = 16 }
detector = { use = "given" }
aligner = { use = "none" }
crops.size_px = 72
architecture = { use = "vgg", config = "A", input_px = 64, width = 0.25, fc_size = 512, init = "kaiming" }
loss = { use = "softmax", init = "kaiming" }
schedule = { use = "plateau", rates = [1e-2] }
batch = 64
validation_share = 0.0

[base.test]
data = { use = "synthetic", part = "test", people = 20, images = 2, pairs = 2 }
detector = { use = "given" }
aligner = { use = "none" }
crops = { kind = "one", scales = [64] }
evaluator = { use = "verification" }

[[row]]
id = "A"
)";

[[noreturn]] void Leave(const std::string& sentence) {
  std::fprintf(stderr, "busy_machine: %s\n", sentence.c_str());
  std::exit(1);
}

Arguments ReadArguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    int* number = name == "--beside"        ? &arguments.beside
                  : name == "--threads"     ? &arguments.threads
                  : name == "--repetitions" ? &arguments.repetitions
                  : name == "--epochs"      ? &arguments.epochs
                                            : nullptr;
    if (name == "--facet") {
      arguments.facet = value;
    } else if (name == "--precision") {
      arguments.precision = value;
    } else if (number == nullptr || !absl::SimpleAtoi(value, number) || *number < 1) {
      Leave(absl::StrCat("cannot use ", name, " ", value, "; the head of busy_machine.cc has all"));
    }
  }
  if (argc % 2 == 0) Leave(absl::StrCat(argv[argc - 1], " has no value"));
  return arguments;
}

// Images a second of the train stage: images of all epochs by the seconds that it says it took.
double Rate(const Arguments& arguments, const std::string& folder) {
  ChildOptions options;
  options.command = {arguments.facet,
                     "--store",
                     folder + "/store",
                     "run",
                     folder + "/beside.toml",
                     "--force",
                     "train",
                     "--progress=json",
                     "--set",
                     absl::StrCat("threads=", arguments.threads),
                     "--set",
                     absl::StrCat("precision=\"", arguments.precision, "\""),
                     "--set",
                     absl::StrCat("train.epochs=", arguments.epochs)};
  options.streams = CapturedStreams();
  const auto facet = ChildProcess::Start(options);
  if (!facet.ok()) Leave(std::string(facet.status().message()));
  const auto output = (*facet)->Finish();
  if (!output.ok() || output->exit.status != 0) {
    Leave(absl::StrCat(arguments.facet, " did not finish: ", output.ok() ? output->error : ""));
  }
  const std::vector<std::string> lines = absl::StrSplit(output->error, '\n');
  for (const std::string& line : lines) {
    const absl::StatusOr<Json> event = ParseJson(line, "progress");
    if (!event.ok() || event->value("event", "") != "stage") continue;
    if (event->value("stage", "") == "train" && event->value("state", "") == "done") {
      return 640.0 * arguments.epochs / event->value("seconds", 0.0);
    }
  }
  Leave("the train stage was not computed");
}

double RateBeside(const Arguments& arguments, const std::string& folder) {
  std::vector<std::unique_ptr<ChildProcess>> others;
  for (int i = 0; i < arguments.beside; ++i) {
    ChildOptions options;
    options.command = {ProgramFolder() + "/openmp_load", "3600"};
    auto other = ChildProcess::Start(options);
    if (!other.ok()) Leave(std::string(other.status().message()));
    others.push_back(*std::move(other));
  }
  return Rate(arguments, folder);
}

int Measure(const Arguments& arguments) {
  const std::string folder =
      absl::StrCat(std::filesystem::temp_directory_path().string(), "/busy_machine.", ::getpid());
  std::filesystem::create_directories(folder);
  FACET_CHECK(WriteFileAtomically(folder + "/beside.toml", kExperiment).ok());
  Rate(arguments, folder);  // the stages before it
  std::vector<double> alone, beside;
  for (int i = 0; i < arguments.repetitions; ++i) {
    alone.push_back(Rate(arguments, folder));
    beside.push_back(RateBeside(arguments, folder));
    std::printf("%d: alone %.1f images/s, beside %d programs %.1f images/s\n", i + 1, alone.back(),
                arguments.beside, beside.back());
    std::fflush(stdout);
  }
  std::filesystem::remove_all(folder);
  const double share = Median(beside) / Median(alone);
  const double cores = std::thread::hardware_concurrency();
  const double all = arguments.threads + 2.0 * arguments.beside;
  const double fair =
      std::min(1.0, cores * arguments.threads / all / std::min<double>(arguments.threads, cores));
  std::printf(
      "median: alone %.1f images/s, beside %.1f images/s: share %.3f, fair %.3f, %.2f of it\n",
      Median(alone), Median(beside), share, fair, share / fair);
  return 0;
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Measure(facet::bench::ReadArguments(argc, argv));
}
