#include "core/app/requested_stages.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/app/progress.h"
#include "core/app/provenance.h"
#include "core/app/signals.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/graph/executor.h"
#include "core/graph/input_digests.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPieceBytes = size_t{1} << 22;

Progress::Form FormOf(const VerbContext& context) {
  if (context.verbosity < 0) return Progress::Form::kQuiet;
  const char* terminal = std::getenv("TERM");
  const bool live =
      ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string(terminal) != "dumb";
  return live ? Progress::Form::kLive : Progress::Form::kPlain;
}

}  // namespace

std::vector<PlannedStage> LookUp(const StageGraph& graph, const PlannedExperiment& planned) {
  InputDigests digests(planned.store->index_path());
  return PlanStages(graph, planned.environment, *planned.store, digests, {});
}

std::vector<StageOutcome> Compute(const StageGraph& graph, const PlannedExperiment& planned,
                                  const std::string& log_name, VerbContext& context,
                                  const std::set<std::string>& force) {
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
  options.log_folder = absl::StrCat(planned.store->folder(), "/", log_name);
  std::error_code error;
  fs::create_directories(options.log_folder, error);  // a missing folder shows below
  options.stop = &StopSignal;
  options.provenance = ArtifactProvenance(planned);
  options.force = force;
  return RunStages(graph, planned.environment, *planned.store, digests, workers, progress, options);
}

int TellFailure(const StageGraph& graph, const std::vector<StageOutcome>& outcomes,
                const VerbContext& context) {
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const StageOutcome& outcome = outcomes[i];
    if (outcome.state == StageState::kStopped) {
      if (context.verbosity >= 0) {
        std::fprintf(stderr, "to continue: %s\n", context.command_line().c_str());
      }
      return kExitInterrupted;
    }
    if (outcome.state != StageState::kFailed) continue;
    const std::string log =
        outcome.log_path.empty() ? "" : absl::StrCat("\n  log: ", outcome.log_path);
    // A stage without a key could not read its inputs; one without inputs reads the disk alone.
    const bool reads_disk = graph.stages[i].inputs.empty() && !graph.stages[i].externals.empty();
    return Fail(
        context,
        absl::Status(outcome.status.code(), absl::StrCat("stage ", graph.stages[i].name, ": ",
                                                         outcome.status.message(), log)),
        outcome.key.empty() || reads_disk ? kExitInput : kExitRowFailed);
  }
  return Fail(context, absl::InternalError("no stage failed, and there is no result"), kExitBug);
}

std::string RunLine(const ExperimentArguments& arguments, const std::string& row,
                    const VerbContext& context) {
  std::vector<std::string> words = {"run", arguments.file, row};
  for (const std::string& set : arguments.sets) words.insert(words.end(), {"--set", set});
  for (const std::string& axis : arguments.axes) words.insert(words.end(), {"--axis", axis});
  if (!arguments.seeds.empty()) words.insert(words.end(), {"--seeds", arguments.seeds});
  if (context.store != VerbContext().store) words.insert(words.end(), {"--store", context.store});
  for (const std::string& path : context.plugin_paths) {
    words.insert(words.end(), {"--plugin-path", path});
  }
  return context.command_line(words);
}

absl::StatusOr<std::string> StoredFile(const Store& store, const Artifact& artifact,
                                       const std::string& file) {
  const ArtifactFile* found = artifact.Find(file);
  if (found != nullptr) return store.BlobPath(found->digest);
  return absl::InternalError(absl::StrCat("stage ", artifact.name, " made no ", file));
}

absl::Status CopyOut(const Store& store, const Artifact& artifact, const std::string& file,
                     const std::string& path) {
  FACET_ASSIGN_OR_RETURN(const std::string stored, StoredFile(store, artifact, file));
  const fs::path folder = fs::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make ", folder.string(), ": ",
                                               error.message(), "; name another folder"));
  }
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> copy, AtomicFile::Create(path));
  std::ifstream stream(stored, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  while (stream) {
    if (StopSignal() != 0) return absl::CancelledError("stopped; nothing was written");
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    FACET_RETURN_IF_ERROR(copy->Append({piece.data(), static_cast<size_t>(stream.gcount())}));
  }
  if (!stream.eof()) return absl::UnavailableError(absl::StrCat("cannot read ", stored));
  return copy->Commit();
}

}  // namespace facet
