#include "benchmarks/components.h"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/api/guard.h"
#include "core/api/kinds.h"
#include "core/base/child_process.h"
#include "core/base/status.h"
#include "core/base/suggest.h"

namespace facet::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kExitDone = 0, kExitBenchmark = 1, kExitUsage = 2, kExitPlugin = 4;

constexpr ChildLimits kDescribeLimits = {absl::Seconds(60), size_t{16} << 20};
constexpr char kHelp[] =
    "Measures every component of a kind. Beside Google Benchmark's options:\n"
    "  --plugins=DIR[:DIR...]  plugin folders (default: ../plugins beside the program)\n"
    "  --use=NAME[,NAME...]    these components alone, in this order\n"
    "  --option=NAME.KEY=JSON  an option of one component, or KEY=JSON of all that have it\n"
    "  --sizes=N[,N...]        instead of the kind's own sizes\n"
    "  --images=DIR            photographs beside the rendered faces\n"
    "  --list                  what would be measured, as JSON\n\n";

struct GivenOption {
  std::string component;  // empty: all that have it
  std::string key;
  Json value;
};

struct Arguments {
  Request request;
  std::vector<std::string> use;
  std::vector<GivenOption> options;
  bool list = false, help = false;
};

struct LeftOut {
  std::string name, reason;
};

absl::StatusOr<GivenOption> ParseOption(const std::string& text) {
  const size_t equal = text.find('=');
  if (equal == std::string::npos || equal == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--option=", text, ": write --option=NAME.KEY=JSON or --option=KEY=JSON"));
  }
  GivenOption option;
  option.key = text.substr(0, equal);
  if (const size_t dot = option.key.find('.'); dot != std::string::npos) {
    option.component = option.key.substr(0, dot);
    option.key = option.key.substr(dot + 1);
  }
  absl::StatusOr<Json> value = ParseJson(text.substr(equal + 1), absl::StrCat("--option=", text));
  if (!value.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        value.status().message(), "; text stands in quotes: '--option=", text.substr(0, equal),
        "=\"", text.substr(equal + 1), "\"'"));
  }
  option.value = *std::move(value);
  return option;
}

absl::StatusOr<std::vector<int64_t>> ParseSizes(const std::string& text) {
  std::vector<int64_t> sizes;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    int64_t size = 0;
    if (!absl::SimpleAtoi(part, &size) || size < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("--sizes=", text, ": \"", part, "\" is not a whole number from 1"));
    }
    sizes.push_back(size);
  }
  return sizes;
}

absl::Status CheckFolder(const std::string& flag, const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(flag, ": no such folder: \"", folder, "\""));
}

// Whether `argument` is the program's own. The others are Google Benchmark's.
absl::StatusOr<bool> ParseArgument(const std::string& argument, Arguments* arguments) {
  absl::string_view value = argument;
  if (absl::ConsumePrefix(&value, "--plugins=")) {
    arguments->request.plugin_folders = absl::StrSplit(value, ':', absl::SkipEmpty());
    for (const std::string& folder : arguments->request.plugin_folders) {
      FACET_RETURN_IF_ERROR(CheckFolder("--plugins", folder));
    }
  } else if (absl::ConsumePrefix(&value, "--use=")) {
    arguments->use = absl::StrSplit(value, ',', absl::SkipEmpty());
  } else if (absl::ConsumePrefix(&value, "--option=")) {
    FACET_ASSIGN_OR_RETURN(GivenOption option, ParseOption(std::string(value)));
    arguments->options.push_back(std::move(option));
  } else if (absl::ConsumePrefix(&value, "--sizes=")) {
    FACET_ASSIGN_OR_RETURN(arguments->request.sizes, ParseSizes(std::string(value)));
  } else if (absl::ConsumePrefix(&value, "--images=")) {
    arguments->request.images = std::string(value);
    FACET_RETURN_IF_ERROR(CheckFolder("--images", arguments->request.images));
  } else if (value == "--list") {
    arguments->list = true;
  } else {
    arguments->help = arguments->help || value == "--help";
    return false;
  }
  return true;
}

// Takes the program's own arguments out of argv.
absl::StatusOr<Arguments> ParseArguments(int* argc, char** argv) {
  Arguments arguments;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    FACET_ASSIGN_OR_RETURN(const bool own, ParseArgument(argv[i], &arguments));
    if (!own) argv[kept++] = argv[i];
  }
  *argc = kept;
  argv[kept] = nullptr;
  if (arguments.request.plugin_folders.empty()) {
    arguments.request.plugin_folders = {
        (fs::path(ProgramFolder()).parent_path() / "plugins").string()};
  }
  return arguments;
}

absl::StatusOr<std::string> Describe(const std::string& library) {
  std::string worker = (fs::path(ProgramFolder()).parent_path() / "bin/facet-worker").string();
  std::error_code error;
  if (!fs::exists(worker, error)) {
    const char* const given = std::getenv("FACET_WORKER");
    if (given == nullptr || *given == '\0') {
      return absl::FailedPreconditionError(
          absl::StrCat(library, ": left out: no schema file that is of it lies beside it, and ",
                       worker, " is not there to make one; set FACET_WORKER=PATH/facet-worker"));
    }
    worker = given;
  }
  return CaptureOutput({worker, "describe", library}, kDescribeLimits);
}

// Kept as long as the process, for what refers to its entries.
const Catalogue& CatalogueOf(const Request& request) {
  static auto& catalogues = *new std::vector<std::unique_ptr<const Catalogue>>;
  for (const auto& catalogue : catalogues) {
    if (catalogue->folders() == request.plugin_folders) return *catalogue;
  }
  catalogues.push_back(
      std::make_unique<const Catalogue>(Catalogue::Scan(request.plugin_folders, &Describe)));
  for (const PluginProblem& problem : catalogues.back()->problems()) {
    std::fprintf(stderr, "warning: %s\n", std::string(problem.status.message()).c_str());
  }
  return *catalogues.back();
}

absl::StatusOr<const ComponentInfo*> Find(const Request& request, const std::string& kind,
                                          const std::string& name) {
  const Catalogue& catalogue = CatalogueOf(request);
  if (const ComponentInfo* const info = catalogue.Find(kind, name)) return info;
  const std::vector<std::string> known = catalogue.Names(kind);
  const std::string nearest = Nearest(name, known);
  return absl::NotFoundError(
      absl::StrCat("no ", kind, " \"", name, "\" in ", absl::StrJoin(request.plugin_folders, ":"),
                   "; known: ", known.empty() ? "none" : absl::StrJoin(known, ", "),
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

absl::StatusOr<std::vector<const ComponentInfo*>> Select(const Arguments& arguments,
                                                         const std::string& kind) {
  std::vector<std::string> names = arguments.use;
  if (names.empty()) names = CatalogueOf(arguments.request).Names(kind);
  if (names.empty()) {
    return absl::NotFoundError(absl::StrCat("no ", PluralOf(kind), " in ",
                                            absl::StrJoin(arguments.request.plugin_folders, ":"),
                                            "; name their folders with --plugins=DIR[:DIR...]"));
  }
  std::vector<const ComponentInfo*> chosen;
  for (const std::string& name : names) {
    FACET_ASSIGN_OR_RETURN(const ComponentInfo* info, Find(arguments.request, kind, name));
    if (std::count(chosen.begin(), chosen.end(), info) == 0) chosen.push_back(info);
  }
  return chosen;
}

bool Has(const ComponentInfo& info, const std::string& option) {
  return std::any_of(info.options.begin(), info.options.end(),
                     [&](const OptionSpec& spec) { return spec.name == option; });
}

absl::Status NoOption(const GivenOption& option,
                      const std::vector<const ComponentInfo*>& components) {
  std::vector<std::string> measured, known;
  for (const ComponentInfo* const info : components) {
    measured.push_back(info->name);
    if (!option.component.empty() && option.component != info->name) continue;
    for (const OptionSpec& spec : info->options) known.push_back(spec.name);
  }
  if (!option.component.empty() &&
      std::count(measured.begin(), measured.end(), option.component) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--option=", option.component, ".", option.key, ": ", option.component,
                     " is not measured; these are: ", absl::StrJoin(measured, ", ")));
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  const std::string nearest = Nearest(option.key, known);
  return absl::InvalidArgumentError(
      absl::StrCat("--option: no option \"", option.key, "\"",
                   option.component.empty() ? "" : absl::StrCat(" of ", option.component),
                   "; known: ", known.empty() ? "none" : absl::StrJoin(known, ", "),
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

// Of each component. InvalidArgument: an option that none of them has.
absl::StatusOr<std::vector<Json>> OptionsOf(const std::vector<GivenOption>& given,
                                            const std::vector<const ComponentInfo*>& components) {
  std::vector<Json> options(components.size(), Json::object());
  for (const GivenOption& option : given) {
    bool found = false;
    for (size_t i = 0; i < components.size(); ++i) {
      if (!option.component.empty() && option.component != components[i]->name) continue;
      if (!Has(*components[i], option.key)) continue;
      options[i][option.key] = option.value;
      found = true;
    }
    if (!found) return NoOption(option, components);
  }
  return options;
}

// Release 1.8 of Google Benchmark renamed what a run says of its error.
template <class Run>
auto Failed(const Run& run, int) -> decltype(run.error_occurred) {
  return run.error_occurred;
}
template <class Run>
bool Failed(const Run& run, ...) {
  using Skipped = decltype(run.skipped);
  return run.skipped == Skipped::SkippedWithError;
}

// Prints as the command line asks for, and remembers whether a benchmark ended with an error.
class WatchingReporter final : public benchmark::BenchmarkReporter {
 public:
  WatchingReporter() : printer_(benchmark::CreateDefaultDisplayReporter()) {}

  bool ReportContext(const Context& context) override { return printer_->ReportContext(context); }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) failed_ = failed_ || Failed(run, 0);
    printer_->ReportRuns(runs);
  }
  void Finalize() override { printer_->Finalize(); }

  bool AnyFailed() const { return failed_; }

 private:
  benchmark::BenchmarkReporter* const printer_;  // Google Benchmark's own
  bool failed_ = false;
};

// What a program is about to measure.
struct Plan {
  std::vector<std::unique_ptr<const Subject>> subjects;
  std::vector<std::string> measured;
  std::vector<LeftOut> left_out;
};

Json ToJson(const std::vector<LeftOut>& left_out) {
  Json json = Json::array();
  for (const LeftOut& each : left_out) {
    json.push_back({{"name", each.name}, {"reason", each.reason}});
  }
  return json;
}

void PrintList(const char* kind, const char* size_means, const Plan& plan) {
  const Json list = {{"kind", kind},
                     {"size", size_means},
                     {"components", plan.measured},
                     {"left_out", ToJson(plan.left_out)}};
  std::printf("%s\n", DumpPretty(list).c_str());
}

void Register(const Request& request, const std::vector<const ComponentInfo*>& components,
              const std::vector<Json>& options, RegisterFunction register_benchmarks, Plan* plan) {
  for (size_t i = 0; i < components.size(); ++i) {
    plan->subjects.push_back(std::make_unique<const Subject>(*components[i], options[i]));
    const Subject& subject = *plan->subjects.back();
    const absl::Status status =
        Guard("its benchmarks", [&] { return register_benchmarks(request, subject); });
    if (status.ok()) {
      plan->measured.push_back(subject.name());
      continue;
    }
    plan->left_out.push_back({subject.name(), std::string(status.message())});
    std::fprintf(stderr, "left out: %s: %s\n", subject.name().c_str(),
                 plan->left_out.back().reason.c_str());
  }
}

int Complain(const absl::Status& status, int code) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return code;
}

// What is registered refers to arguments and plan, and must end before the libraries under it do.
struct ClearAtEnd {
  ClearAtEnd() = default;
  ClearAtEnd(const ClearAtEnd&) = delete;
  ClearAtEnd& operator=(const ClearAtEnd&) = delete;
  ~ClearAtEnd() { benchmark::ClearRegisteredBenchmarks(); }
};

}  // namespace

bool Subject::HasOption(const std::string& name) const { return Has(info_, name); }

absl::StatusOr<std::unique_ptr<Component>> MakeOther(const Request& request,
                                                     const std::string& kind,
                                                     const std::string& name, const Json& options) {
  FACET_ASSIGN_OR_RETURN(const ComponentInfo* info, Find(request, kind, name));
  return CreateComponent(info->library_path, kind, name, Dump(options));
}

int Main(int argc, char** argv, const char* kind, const char* size_means,
         RegisterFunction register_benchmarks) {
  const char* const caller = std::getenv("FACET_BENCH");
  if (caller != nullptr && caller == absl::StrCat(::getppid())) DieWithParent();
  const absl::StatusOr<Arguments> parsed = ParseArguments(&argc, argv);
  if (!parsed.ok()) return Complain(parsed.status(), kExitUsage);
  const Arguments& arguments = *parsed;
  if (arguments.help) {
    std::fputs(kHelp, stdout);
    std::fflush(stdout);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return kExitUsage;

  const auto components = Select(arguments, kind);
  if (!components.ok()) return Complain(components.status(), kExitPlugin);
  const auto options = OptionsOf(arguments.options, *components);
  if (!options.ok()) return Complain(options.status(), kExitUsage);
  Plan plan;
  const ClearAtEnd clear_at_end;
  Register(arguments.request, *components, *options, register_benchmarks, &plan);

  if (arguments.list) {
    PrintList(kind, size_means, plan);
    return kExitDone;
  }
  if (plan.measured.empty()) {
    return Complain(absl::NotFoundError(absl::StrCat("no ", kind, " is left to be measured")),
                    kExitPlugin);
  }
  if (!plan.left_out.empty()) {
    benchmark::AddCustomContext("left_out", Dump(ToJson(plan.left_out)));
  }
  WatchingReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.AnyFailed() ? kExitBenchmark : kExitDone;
}

}  // namespace facet::bench
