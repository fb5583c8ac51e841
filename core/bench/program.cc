#include "core/bench/program.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/scratch_folder.h"
#include "core/base/status.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr int kBenchmarkFailed = 1, kBadOption = 2, kBadPlugin = 4;  // exit codes of the program
constexpr double kKibOfMib = 1024.0;

// Sleeps between looks, so that waiting takes no time from what is measured. None: stopped.
std::optional<ChildExit> WaitGently(ChildProcess* child, const BenchProgram::Watch& watch,
                                    const std::string& what) {
  constexpr absl::Duration kShortest = absl::Milliseconds(2), kLongest = absl::Milliseconds(100);
  absl::Duration pause = kShortest;
  while (true) {
    const std::optional<ChildExit> exit = child->Wait(absl::ZeroDuration());
    if (watch.stopped != nullptr && watch.stopped()) return std::nullopt;
    if (exit.has_value()) return exit;
    absl::SleepFor(pause);
    if (pause == kLongest && watch.still_running != nullptr) watch.still_running(what);
    pause = std::min(2 * pause, kLongest);
  }
}

// Google Benchmark's filter is a regular expression.
std::string FilterOf(const std::string& name) {
  std::string pattern = "^";
  for (const char c : name) {
    if (std::string(".[]{}()\\*+?^$|").find(c) != std::string::npos) pattern += '\\';
    pattern += c;
  }
  return pattern + "$";
}

absl::StatusOr<BenchListing> ListingFromJson(const Json& json) {
  try {
    BenchListing listing;
    listing.size = json.value("size", std::string());
    json.at("components").get_to(listing.components);
    listing.left_out = LeftOutFromJson(json.value("left_out", Json()));
    return listing;
  } catch (const std::exception& exception) {
    return absl::InternalError(absl::StrCat("its list cannot be read: ", exception.what()));
  }
}

constexpr char kWarning[] = "warning: ";

// The lines of stderr that are the reason why a program ended, not what it said before.
std::string ReasonIn(const std::string& error) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(error, '\n', absl::SkipWhitespace())) {
    const bool is_remark = absl::StartsWith(line, kWarning) ||
                           absl::StartsWith(line, "left out: ") || absl::StartsWith(line, "***");
    if (!is_remark) lines.emplace_back(absl::StripPrefix(line, "error: "));
  }
  return absl::StrJoin(lines, "\n");
}

std::vector<std::string> WarningsIn(const std::string& error) {
  std::vector<std::string> warnings;
  for (absl::string_view line : absl::StrSplit(error, '\n')) {
    if (absl::ConsumePrefix(&line, kWarning)) warnings.emplace_back(line);
  }
  return warnings;
}

}  // namespace

struct BenchProgram::Ended {
  ChildExit exit;
  std::string out, error;
  std::string results;  // what it wrote to --benchmark_out; empty: nothing

  // What it means that it ended so, where that is not what was asked for.
  absl::Status AsError(const std::string& path) const {
    const std::string reason = ReasonIn(error);
    if (exit.code() == kBadOption) return absl::InvalidArgumentError(reason);
    if (exit.code() == kBadPlugin) return absl::NotFoundError(reason);
    return absl::InternalError(absl::StrCat(path, " ended with ", exit.Describe(),
                                            reason.empty() ? "" : absl::StrCat(": ", reason)));
  }
};

std::string OptionAsJson(const std::string& option) {
  const size_t equals = option.find('=');
  if (equals == std::string::npos) return option;
  const std::string value = option.substr(equals + 1);
  if (ParseJson(value, "option").ok()) return option;
  return absl::StrCat(option.substr(0, equals + 1), Dump(Json(value)));
}

absl::StatusOr<BenchProgram::Ended> BenchProgram::Run(const std::vector<std::string>& use,
                                                      const std::vector<std::string>& flags,
                                                      const std::string& what) const {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ScratchFolder> folder, ScratchFolder::Create());
  std::vector<std::string> folders;  // that of the user need not be there
  for (const std::string& each : request_.plugin_folders) {
    std::error_code error;
    if (fs::is_directory(each, error)) folders.push_back(each);
  }
  ChildOptions options;
  options.command = {path_, absl::StrCat("--plugins=", absl::StrJoin(folders, ":"))};
  if (!use.empty()) options.command.push_back(absl::StrCat("--use=", absl::StrJoin(use, ",")));
  for (const std::string& option : request_.options) {
    options.command.push_back(absl::StrCat("--option=", OptionAsJson(option)));
  }
  if (!request_.sizes.empty()) {
    options.command.push_back(absl::StrCat("--sizes=", absl::StrJoin(request_.sizes, ",")));
  }
  if (!request_.images.empty()) {
    options.command.push_back(absl::StrCat("--images=", request_.images));
  }
  options.command.insert(options.command.end(), flags.begin(), flags.end());
  options.command.push_back("--benchmark_out_format=json");
  options.command.push_back(absl::StrCat("--benchmark_out=", folder->File("results.json")));
  // It ends with this process, however that ends (benchmarks/components.cc).
  options.environment = EnvironmentWith({{"FACET_BENCH", absl::StrCat(::getpid())}});
  options.streams = {{STDIN_FILENO, ChildStream::Null()},
                     {STDOUT_FILENO, ChildStream::File(folder->File("out"))},
                     {STDERR_FILENO, ChildStream::File(folder->File("error"))}};
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<ChildProcess> child, ChildProcess::Start(options));
  const std::optional<ChildExit> exit = WaitGently(child.get(), watch_, what);
  if (!exit.has_value()) return absl::CancelledError("stopped; nothing was written");
  Ended ended;
  ended.exit = *exit;
  FACET_ASSIGN_OR_RETURN(ended.out, ReadFile(folder->File("out")));
  FACET_ASSIGN_OR_RETURN(ended.error, ReadFile(folder->File("error")));
  ended.results = ReadFile(folder->File("results.json")).value_or("");
  return ended;
}

absl::StatusOr<BenchListing> BenchProgram::List() const {
  FACET_ASSIGN_OR_RETURN(const Ended ended, Run({}, {"--list"}, "looking for components"));
  if (ended.exit.code() != 0) return ended.AsError(path_);
  absl::StatusOr<Json> json = ParseJson(ended.out, absl::StrCat("the list of ", path_));
  if (!json.ok()) return absl::InternalError(json.status().message());
  absl::StatusOr<BenchListing> listing = ListingFromJson(*json);
  if (!listing.ok()) return Annotate(listing.status(), path_);
  listing->warnings = WarningsIn(ended.error);
  return listing;
}

absl::StatusOr<BenchResults> BenchProgram::Measure() const {
  std::vector<std::string> flags = {"--benchmark_min_time=0", "--benchmark_repetitions=1"};
  if (!request_.dry_run) {
    flags = {absl::StrCat("--benchmark_min_time=", request_.min_time),
             absl::StrCat("--benchmark_repetitions=", request_.repetitions),
             "--benchmark_enable_random_interleaving=true"};
  }
  FACET_ASSIGN_OR_RETURN(const Ended ended, Run(request_.use, flags, "measuring"));
  const int code = ended.exit.code();
  if (code != 0 && (code != kBenchmarkFailed || ended.results.empty())) {
    return ended.AsError(path_);
  }
  absl::StatusOr<BenchResults> results =
      BenchResultsFromText(ended.results, absl::StrCat("the results of ", path_));
  if (!results.ok()) return absl::InternalError(results.status().message());
  return results;
}

std::optional<double> BenchProgram::IdleMib() const {
  return MibOf({"--list"}, "memory of an idle process");
}

std::optional<double> BenchProgram::PeakMib(const BenchCase& of) const {
  return MibOf({"--benchmark_filter=" + FilterOf(of.name), "--benchmark_min_time=0",
                "--benchmark_repetitions=1"},
               absl::StrCat("memory of ", of.component));
}

std::optional<double> BenchProgram::MibOf(const std::vector<std::string>& flags,
                                          const std::string& what) const {
  const absl::StatusOr<Ended> ended = Run(request_.use, flags, what);
  if (!ended.ok() || ended->exit.code() != 0) return std::nullopt;
  rusage ours;
  ::getrusage(RUSAGE_SELF, &ours);
  const long kib = ended->exit.usage.ru_maxrss;
  if (kib <= ours.ru_maxrss) return std::nullopt;
  return static_cast<double>(kib) / kKibOfMib;
}

}  // namespace facet
