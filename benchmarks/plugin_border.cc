// What it costs that components are plugins: a table on stdout.
//
//   bazel build //:dist
//   OMP_WAIT_POLICY=passive bazel-bin/dist/benchmarks/plugin_border [--json]
//
//   --plugins=DIR[:DIR...]  plugin folders (default: ../plugins beside the program)
//   --pairs=15              rounds of everything; each gives one pair of every comparison
//   --steps=10 --batch=32 --px=64 --classes=1000    of the training step
//   --calls=1000000         of the schedule, in a round; of the loss a thousandth
//   --json                  the same figures as one JSON document
//
// Loading, each round in a new process, files in the system's cache, LibTorch loaded before:
//   find       all components from their schema files, as `facet` does: no library is opened, each
//              is hashed
//   open       all libraries, the handshake included, with what they are linked to (OpenCV, ...)
//   describe   what `find` would cost without schema files, after `open`
// Calls, of the same class; "linked" is its code in this program, "plugin" the library's:
//   schedule   the rate of `cosine`, a few nanoseconds of work: directly (the compiler sees class and
//              code), linked and plugin through the interface
//   loss       `softmax` of one embedding of dimension 8, without a gradient
// Training step, of `vgg` (configuration A, width 0.25, fc_size 512), `sgd` and `softmax`: forward,
// loss, backward and update. Its loss from the plugin, and the same object code linked to this
// program; network, rule and batch are shared, and both must give the same bits at first. The
// control is two linked losses: what chance and place in memory do.
//
// Ratios are of pairs: in each round both take turns (step by step, the first one changing) and give
// the median of their steps. The interval is Student's paired t, 95 %, of the logarithms. Durations
// are medians over the rounds. Quote figures of an idle machine, with its processor.
// Exit codes: 0; 1 it could not be measured; 2 usage; 4 a plugin is missing or unusable.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "benchmarks/border_calls.h"
#include "benchmarks/border_step.h"
#include "benchmarks/components.h"
#include "benchmarks/paired_ratio.h"
#include "core/base/child_process.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/plugin/library.h"
#include "core/training/tensors.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();  // of the linked softmax

namespace facet::bench {
namespace {

constexpr char kLoadOnce[] = "--load-once";  // of a child: its loading times as JSON
constexpr int64_t kLossCallShare = 1000;

struct Arguments {
  Request request;
  std::string plugins;  // as given
  int64_t pairs = 15, steps = 10, batch = 32, px = 64, classes = 1000, calls = 1000000;
  bool json = false, load_once = false;
};

absl::StatusOr<Arguments> ParseArguments(int argc, char** argv) {
  Arguments arguments;
  arguments.plugins = (std::filesystem::path(ProgramFolder()).parent_path() / "plugins").string();
  const std::pair<const char*, int64_t*> numbers[] = {
      {"--pairs=", &arguments.pairs},     {"--steps=", &arguments.steps},
      {"--batch=", &arguments.batch},     {"--px=", &arguments.px},
      {"--classes=", &arguments.classes}, {"--calls=", &arguments.calls}};
  for (int i = 1; i < argc; ++i) {
    absl::string_view word = argv[i];
    bool known = word == "--json" || word == kLoadOnce;
    arguments.json = arguments.json || word == "--json";
    arguments.load_once = arguments.load_once || word == kLoadOnce;
    if (absl::ConsumePrefix(&word, "--plugins=")) {
      arguments.plugins = std::string(word);
      known = true;
    }
    for (const auto& [prefix, number] : numbers) {
      if (!absl::ConsumePrefix(&word, prefix)) continue;
      known = absl::SimpleAtoi(word, number) && *number >= (number == &arguments.pairs ? 2 : 1);
    }
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat("plugin_border: what is \"", argv[i],
                       "\"? usage: [--plugins=DIR[:DIR...]] [--pairs=N] [--steps=N] [--batch=N] "
                       "[--px=N] [--classes=N] [--calls=N] [--json]; N from 1, pairs from 2"));
    }
  }
  arguments.request.plugin_folders = absl::StrSplit(arguments.plugins, ':', absl::SkipEmpty());
  return arguments;
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

absl::StatusOr<Json> LoadOnce(const Arguments& arguments) {
  const double begin = Now();
  const Catalogue catalogue =
      Catalogue::Scan(arguments.request.plugin_folders, [](const std::string& path) {
        return absl::FailedPreconditionError(absl::StrCat(path, ": its schema file is missing"));
      });
  const double found = Now();
  for (const PluginProblem& problem : catalogue.problems()) return problem.status;
  std::set<std::string> libraries;
  for (const ComponentInfo& info : catalogue.components()) libraries.insert(info.library_path);
  double slowest = 0;
  std::string slowest_library;
  for (const std::string& path : libraries) {
    const double before = Now();
    FACET_RETURN_IF_ERROR(PluginLibrary::Open(path).status());
    if (Now() - before <= slowest) continue;
    slowest = Now() - before;
    slowest_library = std::filesystem::path(path).filename().string();
  }
  const double opened = Now();
  for (const std::string& path : libraries) FACET_RETURN_IF_ERROR(DescribeLibrary(path).status());
  return Json{{"libraries", libraries.size()},
              {"components", catalogue.components().size()},
              {"find", found - begin},
              {"open", opened - found},
              {"describe", Now() - opened},
              {"slowest", slowest},
              {"slowest_library", slowest_library}};
}

absl::StatusOr<Json> Load(const Arguments& arguments) {
  Json rounds = Json::array();
  for (int64_t round = 0; round < arguments.pairs; ++round) {
    FACET_ASSIGN_OR_RETURN(
        const std::string text,
        CaptureOutput({"/proc/self/exe", kLoadOnce, "--plugins=" + arguments.plugins}));
    FACET_ASSIGN_OR_RETURN(Json json, ParseJson(text, kLoadOnce));
    rounds.push_back(std::move(json));
  }
  Json load = {{"libraries", rounds.back().at("libraries")},
               {"components", rounds.back().at("components")},
               {"slowest_library", rounds.back().at("slowest_library")}};
  for (const char* const part : {"find", "open", "describe", "slowest"}) {
    std::vector<double> seconds;
    for (const Json& round : rounds) seconds.push_back(round.at(part));
    load[part] = {{"median", Median(seconds)},
                  {"least", *std::min_element(seconds.begin(), seconds.end())},
                  {"most", *std::max_element(seconds.begin(), seconds.end())}};
  }
  return load;
}

struct Pairs {
  std::vector<double> first, second;  // seconds

  Json ToJson() const {
    const RatioInterval interval = PairedRatio(first, second);
    return {{"first", Median(first)}, {"second", Median(second)}, {"ratio", interval.ratio},
            {"low", interval.low},    {"high", interval.high},    {"pairs", first.size()}};
  }
};

using Timed = std::function<absl::StatusOr<double>()>;

// A round: `turns` of each. The first round is not counted: it warms up.
absl::StatusOr<Json> Compare(int64_t rounds, int64_t turns, const Timed& first,
                             const Timed& second) {
  Pairs pairs;
  for (int64_t round = 0; round <= rounds; ++round) {
    std::vector<double> of_first, of_second;
    for (int64_t turn = 0; turn < turns; ++turn) {
      const bool swapped = (round + turn) % 2 == 1;
      for (const bool is_second : {swapped, !swapped}) {
        FACET_ASSIGN_OR_RETURN(const double seconds, is_second ? second() : first());
        (is_second ? of_second : of_first).push_back(seconds);
      }
    }
    if (round == 0) continue;
    pairs.first.push_back(Median(of_first));
    pairs.second.push_back(Median(of_second));
  }
  return pairs.ToJson();
}

template <class Interface>
absl::StatusOr<std::unique_ptr<Interface>> FromPlugin(const Arguments& arguments,
                                                      const std::string& name,
                                                      const Json& options = Json::object()) {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made,
                         MakeOther(arguments.request, Interface::kKind, name, options));
  return std::unique_ptr<Interface>(static_cast<Interface*>(made.release()));
}

absl::StatusOr<std::unique_ptr<Loss>> LinkedSoftmax() {
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<Component> made,
                         facet_plugin_descriptor()->components[0].create("{}"));
  return std::unique_ptr<Loss>(static_cast<Loss*>(made.release()));
}

absl::StatusOr<double> SecondsOfLossCalls(Loss& loss, const LossInput& input, int64_t calls) {
  const at::NoGradGuard no_gradient;
  const double begin = Now();
  for (int64_t i = 0; i < calls; ++i) FACET_RETURN_IF_ERROR(loss.Compute(input).status());
  return (Now() - begin) / static_cast<double>(calls);
}

absl::StatusOr<Json> CompareCalls(const Arguments& arguments) {
  constexpr int64_t kTurns = 5, kDimension = 8, kClasses = 2;
  const std::unique_ptr<Schedule> linked = MakeLinkedCosine();
  FACET_ASSIGN_OR_RETURN(const auto plugin, FromPlugin<Schedule>(arguments, "cosine"));
  const int64_t calls = arguments.calls;
  const auto per_call = [calls](double seconds) { return seconds / static_cast<double>(calls); };
  const Timed direct = [&] { return per_call(SecondsOfDirectCalls(*linked, calls)); };
  const Timed by_linked = [&] { return per_call(SecondsOfCalls(*linked, calls)); };
  const Timed by_plugin = [&] { return per_call(SecondsOfCalls(*plugin, calls)); };
  Json json;
  FACET_ASSIGN_OR_RETURN(json["schedule, plugin against direct"],
                         Compare(arguments.pairs, kTurns, by_plugin, direct));
  FACET_ASSIGN_OR_RETURN(json["schedule, plugin against linked"],
                         Compare(arguments.pairs, kTurns, by_plugin, by_linked));

  FACET_ASSIGN_OR_RETURN(const auto linked_loss, LinkedSoftmax());
  FACET_ASSIGN_OR_RETURN(const auto plugin_loss, FromPlugin<Loss>(arguments, "softmax"));
  FACET_RETURN_IF_ERROR(linked_loss->Initialize(kDimension, kClasses, 1));
  FACET_RETURN_IF_ERROR(plugin_loss->Initialize(kDimension, kClasses, 1));
  LossInput input;
  input.embeddings = at::ones({1, kDimension});
  input.labels = at::zeros({1}, at::kLong);
  const int64_t loss_calls = std::max(int64_t{1}, calls / kLossCallShare);
  FACET_ASSIGN_OR_RETURN(json["loss, plugin against linked"],
                         Compare(
                             arguments.pairs, kTurns,
                             [&] { return SecondsOfLossCalls(*plugin_loss, input, loss_calls); },
                             [&] { return SecondsOfLossCalls(*linked_loss, input, loss_calls); }));
  return json;
}

absl::Status CheckSame(BorderStep& first, BorderStep& second) {
  FACET_ASSIGN_OR_RETURN(const auto one, first.Gradients());
  FACET_ASSIGN_OR_RETURN(const auto other, second.Gradients());
  for (size_t i = 0; i < one.size(); ++i) {
    if (at::equal(one[i], other[i])) continue;
    return absl::InternalError(
        "the plugin's loss and the linked one give different gradients: "
        "they are not of one source");
  }
  return absl::OkStatus();
}

absl::StatusOr<Json> CompareSteps(const Arguments& arguments) {
  FACET_ASSIGN_OR_RETURN(
      const auto network,
      FromPlugin<Architecture>(
          arguments, "vgg",
          {{"config", "A"}, {"input_px", arguments.px}, {"width", 0.25}, {"fc_size", 512}}));
  network->Initialize(1);
  FACET_ASSIGN_OR_RETURN(const auto rule, FromPlugin<Optimizer>(arguments, "sgd"));
  FACET_ASSIGN_OR_RETURN(const auto plugin, FromPlugin<Loss>(arguments, "softmax"));
  FACET_ASSIGN_OR_RETURN(const auto linked, LinkedSoftmax());
  FACET_ASSIGN_OR_RETURN(const auto control, LinkedSoftmax());
  const Batch batch = NoiseBatch(arguments.batch, arguments.px, arguments.classes);
  std::vector<std::unique_ptr<BorderStep>> steps;
  for (Loss* const loss : {plugin.get(), linked.get(), control.get()}) {
    FACET_RETURN_IF_ERROR(loss->Initialize(network->dimension(), arguments.classes, 2));
    steps.push_back(std::make_unique<BorderStep>(*network, *loss, *rule, batch));
    FACET_RETURN_IF_ERROR(steps.back()->Prepare());
  }
  FACET_RETURN_IF_ERROR(CheckSame(*steps[0], *steps[1]));
  const Timed by_plugin = [&] { return steps[0]->Seconds(); };
  const Timed by_linked = [&] { return steps[1]->Seconds(); };
  const Timed by_control = [&] { return steps[2]->Seconds(); };
  Json json;
  FACET_ASSIGN_OR_RETURN(json["step, plugin against linked"],
                         Compare(arguments.pairs, arguments.steps, by_plugin, by_linked));
  FACET_ASSIGN_OR_RETURN(json["step, linked twice (control)"],
                         Compare(arguments.pairs, arguments.steps, by_control, by_linked));
  return json;
}

std::string Duration(double seconds) {
  if (seconds < 1e-6) return absl::StrFormat("%.2f ns", 1e9 * seconds);
  if (seconds < 1e-3) return absl::StrFormat("%.2f us", 1e6 * seconds);
  return absl::StrFormat("%.2f ms", 1e3 * seconds);
}

void PrintLoad(const Json& load) {
  std::printf("%-36s%12s%12s%12s\n", "loading, new processes", "median", "least", "most");
  const std::string all = absl::StrCat(load.at("components").get<int64_t>(), " components");
  const std::string open = absl::StrCat(load.at("libraries").get<int64_t>(), " libraries");
  const std::pair<std::string, const char*> rows[] = {
      {"find " + all, "find"},
      {"open " + open, "open"},
      {"describe " + open, "describe"},
      {"slowest to open: " + load.at("slowest_library").get<std::string>(), "slowest"}};
  for (const auto& [name, part] : rows) {
    const Json& seconds = load.at(part);
    std::printf("%-36s%12s%12s%12s\n", name.c_str(), Duration(seconds.at("median")).c_str(),
                Duration(seconds.at("least")).c_str(), Duration(seconds.at("most")).c_str());
  }
}

void PrintComparisons(const char* title, const Json& comparisons) {
  std::printf("\n%-36s%12s%12s%12s    95 %% interval\n", title, "first", "second", "ratio");
  for (const auto& [name, c] : comparisons.items()) {
    std::printf("%-36s%12s%12s%12.3f    %.3f to %.3f, %d pairs\n", name.c_str(),
                Duration(c.at("first")).c_str(), Duration(c.at("second")).c_str(),
                c.at("ratio").get<double>(), c.at("low").get<double>(), c.at("high").get<double>(),
                c.at("pairs").get<int>());
  }
}

absl::Status Measure(const Arguments& arguments) {
  if (arguments.load_once) {
    FACET_ASSIGN_OR_RETURN(const Json times, LoadOnce(arguments));
    std::printf("%s\n", Dump(times).c_str());
    return absl::OkStatus();
  }
  const int threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  FACET_RETURN_IF_ERROR(PrepareTorch("cpu", "float32", threads).status());
  Json json;
  FACET_ASSIGN_OR_RETURN(json["loading"], Load(arguments));
  FACET_ASSIGN_OR_RETURN(json["calls"], CompareCalls(arguments));
  FACET_ASSIGN_OR_RETURN(json["training"], CompareSteps(arguments));
  if (arguments.json) {
    std::printf("%s\n", DumpPretty(json).c_str());
    return absl::OkStatus();
  }
  PrintLoad(json.at("loading"));
  PrintComparisons("calls", json.at("calls"));
  PrintComparisons("training", json.at("training"));
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  const absl::StatusOr<Arguments> arguments = ParseArguments(argc, argv);
  const absl::Status status = arguments.ok() ? Measure(*arguments) : arguments.status();
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  if (!arguments.ok()) return 2;
  return absl::IsNotFound(status) || absl::IsFailedPrecondition(status) ? 4 : 1;
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) { return facet::bench::Run(argc, argv); }
