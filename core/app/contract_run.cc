#include "core/app/contract_run.h"

#include <signal.h>
#include <sys/personality.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "core/app/contract_report.h"
#include "core/app/library_tools.h"
#include "core/app/signals.h"
#include "core/base/child_process.h"
#include "core/base/file.h"
#include "core/base/scratch_folder.h"
#include "core/base/status.h"
#include "core/base/suggest.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr uintmax_t kMaxPrintedBytes = uintmax_t{64} << 20;
constexpr size_t kMaxFindings = 8;
constexpr char kStopped[] = "was stopped by the user";
// No exit code of the contract program.
constexpr char kSanitizerOptions[] = "exitcode=66:halt_on_error=1:abort_on_error=0";

uintmax_t SizeOf(const std::string& path) {
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  return error ? 0 : size;
}

// What a file of the folder says. The library may have put anything in its place.
std::string TextOf(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(path, error)) ||
      SizeOf(path.string()) > kMaxPrintedBytes) {
    return "";
  }
  return ReadFile(path.string()).value_or("");
}

class ContractRunner {
 public:
  ContractRunner(const ContractRequest& request, LibraryRuntimes runtimes)
      : request_(request), runtimes_(std::move(runtimes)) {}

  absl::StatusOr<Json> Run();

 private:
  std::vector<std::string> Command(size_t first, const std::string& folder) const;
  std::vector<std::string> Environment(const std::string& folder) const;
  absl::StatusOr<Attempt> RunOnce(size_t first) const;
  std::string WaitFor(ChildProcess& child, const std::string& folder) const;
  void AddCoverage(bool found, Json* document) const;
  std::string program() const {
    return absl::StrCat(ProgramFolder(),
                        runtimes_.has_torch ? "/facet-torch-contract" : "/facet-contract");
  }
  // ThreadSanitizer would see the threads of an uninstrumented LibTorch.
  bool covers_races() const { return !runtimes_.thread.empty() && !runtimes_.has_torch; }

  const ContractRequest& request_;
  const LibraryRuntimes runtimes_;
};

std::vector<std::string> ContractRunner::Command(size_t first, const std::string& folder) const {
  std::vector<std::string> command;
  if (request_.valgrind) {
    command = {"valgrind",
               "--quiet",
               "--trace-children=yes",
               "--leak-check=no",
               "--error-limit=no",
               "--num-callers=30",
               "--xml=yes",
               absl::StrCat("--xml-file=", folder, "/valgrind.%p")};
  }
  command.insert(command.end(),
                 {program(), "--report", folder + "/report", "--first", absl::StrCat(first)});
  // What valgrind finds is this component's.
  if (request_.valgrind) command.insert(command.end(), {"--count", "1"});
  if (!request_.component.empty()) {
    command.insert(command.end(), {"--component", request_.component});
  }
  command.insert(command.end(), {request_.library, request_.options_json});
  return command;
}

std::vector<std::string> ContractRunner::Environment(const std::string& folder) const {
  // What contracts write goes with the folder, also after a crash.
  std::map<std::string, std::optional<std::string>> changes = {{"TMPDIR", folder},
                                                               {"TEST_TMPDIR", folder}};
  std::vector<std::string> preloaded;
  for (const std::string& runtime : {runtimes_.address, runtimes_.thread}) {
    if (!runtime.empty()) preloaded.push_back(runtime);
  }
  if (!preloaded.empty()) {
    if (const char* others = std::getenv("LD_PRELOAD"); others != nullptr && *others != '\0') {
      preloaded.emplace_back(others);
    }
    changes["LD_PRELOAD"] = absl::StrJoin(preloaded, ":");
  }
  const auto add = [&](const char* variable, const std::string& options) {
    const char* given = std::getenv(variable);
    changes[variable] =
        absl::StrCat(given == nullptr ? "" : given, given == nullptr ? "" : ":", kSanitizerOptions,
                     ":log_path=", folder, "/sanitizer", options);
  };
  if (!runtimes_.address.empty()) add("ASAN_OPTIONS", ":detect_leaks=0");
  if (!runtimes_.undefined.empty()) add("UBSAN_OPTIONS", ":print_stacktrace=1");
  if (!runtimes_.thread.empty()) add("TSAN_OPTIONS", covers_races() ? "" : ":report_bugs=0");
  return EnvironmentWith(changes);
}

// Until its end, or until it says nothing for longer than a check may take.
std::string ContractRunner::WaitFor(ChildProcess& child, const std::string& folder) const {
  uintmax_t said = 0;
  absl::Time last = absl::Now();
  for (;;) {
    const std::optional<ChildExit> exit = child.Wait(kLook);
    if (exit.has_value()) {
      if (exit->signal() == 0) return absl::StrCat("ended the process (", exit->Describe(), ")");
      return absl::StrCat("crashed (signal ", exit->signal(), ", ", ::strsignal(exit->signal()),
                          ")");
    }
    if (const uintmax_t size = SizeOf(folder + "/report"); size != said) {
      said = size;
      last = absl::Now();
    }
    if (StopSignal() != 0) {
      child.Signal(SIGKILL);
      child.Wait();
      return kStopped;
    }
    const bool floods = SizeOf(folder + "/out") + SizeOf(folder + "/error") > kMaxPrintedBytes;
    if (!floods && absl::Now() - last < request_.limit) continue;
    child.Signal(SIGKILL);
    child.Wait();
    if (floods) return "printed more than 64 MiB and was stopped";
    return absl::StrCat("ran for more than ", absl::FormatDuration(request_.limit),
                        " and was stopped");
  }
}

std::vector<std::string> LastLines(const std::string& text, size_t count) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    if (!absl::StartsWith(line, "broken: ")) lines.emplace_back(line);
  }
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<ptrdiff_t>(count));
  return lines;
}

std::vector<Json> EventsOf(const std::string& report) {
  std::vector<Json> events;
  for (const absl::string_view line : absl::StrSplit(report, '\n', absl::SkipEmpty())) {
    absl::StatusOr<Json> event = ParseJson(std::string(line), "report");
    if (event.ok() && event->is_object()) events.push_back(*std::move(event));
  }
  return events;
}

absl::StatusOr<Attempt> ContractRunner::RunOnce(size_t first) const {
  const auto temporary = ScratchFolder::Create();
  if (!temporary.ok()) return absl::UnavailableError(temporary.status().message());
  const std::string& folder = (*temporary)->path();
  ChildOptions options;
  options.command = Command(first, folder);
  options.environment = Environment(folder);
  options.streams = {{STDIN_FILENO, ChildStream::Null()},
                     {STDOUT_FILENO, ChildStream::File(folder + "/out")},
                     {STDERR_FILENO, ChildStream::File(folder + "/error")}};
  options.own_group = true;
  // ThreadSanitizer of GCC 12 does not start where the kernel spreads addresses more than it knows.
  const int before = ::personality(0xffffffff);
  if (!runtimes_.thread.empty() && before != -1) {
    ::personality(static_cast<unsigned long>(before) | ADDR_NO_RANDOMIZE);
  }
  auto child = ChildProcess::Start(options);
  if (before != -1) ::personality(static_cast<unsigned long>(before));
  if (!child.ok()) return absl::UnavailableError(child.status().message());
  Attempt attempt;
  attempt.ending = WaitFor(**child, folder);
  if (attempt.ending == kStopped) return absl::CancelledError("stopped; nothing was found out");
  attempt.events = EventsOf(TextOf(folder + "/report"));
  if (!attempt.events.empty() && attempt.events.back().contains("done")) attempt.ending.clear();
  attempt.said = LastLines(TextOf(folder + "/error"), 3);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    std::vector<std::string> findings;
    if (absl::StartsWith(name, "sanitizer.")) findings = SanitizerFindings(TextOf(entry.path()));
    if (absl::StartsWith(name, "valgrind.")) {
      findings = ValgrindFindings(TextOf(entry.path()), request_.library, program());
    }
    attempt.findings.insert(attempt.findings.end(), findings.begin(), findings.end());
  }
  if (attempt.findings.size() > kMaxFindings) attempt.findings.resize(kMaxFindings);
  return attempt;
}

void ContractRunner::AddCoverage(bool found, Json* document) const {
  const auto by = [found](const std::string& tool) -> Json {
    return {{"state", found ? "broken" : "kept"}, {"by", tool}};
  };
  const auto not_covered = [](const std::string& reason) -> Json {
    return {{"state", "not checked"}, {"reason", reason}};
  };
  if (request_.valgrind) {
    (*document)["memory"] = by("valgrind (memcheck)");
  } else if (!runtimes_.address.empty()) {
    (*document)["memory"] = by("AddressSanitizer");
  } else {
    (*document)["memory"] = not_covered("compile with -fsanitize=address, or --valgrind");
  }
  if (covers_races()) {
    (*document)["races"] = by(
        "ThreadSanitizer: the threads that it starts itself, and calls from two threads where its "
        "kind allows them (augmentations, images that a data set renders); other methods are "
        "called from one thread at a time");
  } else if (runtimes_.has_torch) {
    (*document)["races"] = not_covered("LibTorch is not compiled with ThreadSanitizer");
  } else {
    (*document)["races"] = not_covered("compile with -fsanitize=thread");
  }
}

absl::Status NoSuchComponent(const ContractRequest& request, const Json& components) {
  std::vector<std::string> names, known;
  for (const Json& component : components) {
    const std::string kind = component.at("kind"), name = component.at("name");
    names.push_back(name);
    known.push_back(absl::StrCat(kind, "/", name));
  }
  const size_t slash = request.component.find('/');
  const std::string nearest = slash == std::string::npos ? Nearest(request.component, names)
                                                         : Nearest(request.component, known);
  return absl::NotFoundError(
      absl::StrCat(request.library, " has no component \"", request.component,
                   "\"; components: ", absl::StrJoin(known, ", "),
                   nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?")));
}

absl::StatusOr<Json> ContractRunner::Run() {
  Json document = {{"schema", 1}, {"library", request_.library}, {"components", Json::array()}};
  Json& components = document["components"];
  bool found = false, broken = false;
  for (size_t first = 0;;) {
    FACET_ASSIGN_OR_RETURN(const Attempt attempt, RunOnce(first));
    const bool opened =
        !attempt.events.empty() && attempt.events[0].value("handshake", "?").empty();
    if (!opened) {
      std::string message =
          attempt.events.empty()
              ? absl::StrCat(request_.library, ": ", attempt.ending, " while it was loaded")
              : attempt.events[0].value("handshake", "");
      for (const std::string& line : attempt.events.empty() ? attempt.said : attempt.findings) {
        absl::StrAppend(&message, "; it said: ", line);
      }
      document["handshake"] = {{"state", "broken"}, {"message", message}};
      document["state"] = "broken";
      return document;
    }
    Json handshake = attempt.events[0];
    const Json names = handshake.at("components");
    handshake["state"] = "kept";
    handshake.erase("handshake");
    document["handshake"] = handshake;
    found |= !attempt.findings.empty();
    std::vector<ComponentReport> reports = ReportsOf(attempt.events);
    const bool died = !attempt.ending.empty();
    if (died && !reports.empty()) EndAbruptly(attempt, &reports.back());
    if (!died && !attempt.findings.empty() && !reports.empty()) {
      reports.back().Set(
          {{"name", "memory"}, {"state", "broken"}, {"sentences", attempt.findings}});
    }
    for (const ComponentReport& report : reports) components.push_back(ToJson(report));
    if (request_.valgrind) {
      ++first;
    } else if (died && !reports.empty()) {
      const auto last = std::find(names.begin(), names.end(), reports.back().name);
      first = static_cast<size_t>(last - names.begin()) + 1;
    } else {
      first = names.size();
    }
    if (first >= names.size()) {
      if (components.empty() && !request_.component.empty()) {
        return NoSuchComponent(request_, names);
      }
      break;
    }
  }
  for (const Json& component : components) broken |= component.at("state") == "broken";
  broken |= found || components.empty();
  AddCoverage(found, &document);
  document["state"] = broken ? "broken" : "kept";
  return document;
}

bool IsOnPath(const std::string& program) {
  const char* path = std::getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    if (::access(absl::StrCat(folder, "/", program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Json> RunContract(const ContractRequest& request) {
  LibraryRuntimes runtimes = FindRuntimes(request.library);
  if (request.valgrind && !IsOnPath("valgrind")) {
    return absl::FailedPreconditionError(
        "valgrind is not installed; run: sudo apt install valgrind");
  }
  if (request.valgrind && !(runtimes.address + runtimes.thread).empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(request.library,
                     " is compiled with a sanitizer, which does not run under valgrind; leave out "
                     "--valgrind or compile it without -fsanitize"));
  }
  try {
    return ContractRunner(request, std::move(runtimes)).Run();
  } catch (const Json::exception&) {
    return absl::DataLossError(absl::StrCat(
        request.library, " wrote into the report of its check; a component writes no files"));
  }
}

}  // namespace facet
