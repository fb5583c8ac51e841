#include "core/app/request_run.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "core/app/build_info.h"
#include "core/app/progress.h"
#include "core/app/signals.h"
#include "core/graph/executor.h"
#include "core/graph/input_digests.h"

namespace facet {
namespace {

Progress::Form FormOf(const VerbContext& context) {
  if (context.verbosity < 0) return Progress::Form::kQuiet;
  const char* terminal = std::getenv("TERM");
  const bool live =
      ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string(terminal) != "dumb";
  return live ? Progress::Form::kLive : Progress::Form::kPlain;
}

}  // namespace

std::vector<StageOutcome> RunRequest(const StageGraph& graph, const PlannedExperiment& planned,
                                     const std::string& name, VerbContext& context) {
  NoteFirstSignal();
  Progress progress(
      graph, FormOf(context), context.verbosity, [](const Json&) {},
      [](int, const StageOutcome&) {});
  InputDigests digests(
      planned.store->index_path(),
      [&progress](const std::string& path, int64_t done, int64_t total) {
        progress.OnInputs(path, done, total);
      },
      [] { return StopSignal() != 0; });
  WorkerProcesses workers(context.worker_path());
  RunOptions options;
  options.log_folder = absl::StrCat(planned.store->folder(), "/", name);
  options.stop = &StopSignal;
  options.provenance = BuildInfo();
  options.force = {"preview"};  // no key says which fonts the machine has
  std::error_code error;
  std::filesystem::create_directories(options.log_folder, error);  // the first log tells
  return RunStages(graph, planned.environment, *planned.store, digests, workers, progress, options);
}

}  // namespace facet
