#include "core/app/verb_weights.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/app/planned_experiment.h"
#include "core/app/signals.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/graph/input_digests.h"
#include "core/graph/run_plan.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPieceBytes = size_t{1} << 22;

struct WeightsArguments {
  ExperimentArguments experiment;
  std::string row, output;
};

// In pieces: a network may have gigabytes. Cancelled: a signal says so; there is no half of a file.
absl::Status CopyFile(const std::string& from, const std::string& to) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(to));
  std::ifstream stream(from, std::ios::binary);
  if (!stream) return absl::UnavailableError(absl::StrCat("cannot read ", from));
  std::string piece(kPieceBytes, '\0');
  while (stream) {
    if (StopSignal() != 0) return absl::CancelledError("stopped; nothing was written");
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    FACET_RETURN_IF_ERROR(file->Append({piece.data(), static_cast<size_t>(stream.gcount())}));
  }
  if (!stream.eof()) return absl::UnavailableError(absl::StrCat("cannot read ", from));
  return file->Commit();
}

absl::Status CopyOut(const Store& store, const Artifact& artifact, const std::string& file,
                     const std::string& folder) {
  const ArtifactFile* found = artifact.Find(file);
  if (found == nullptr) {
    return absl::InternalError(absl::StrCat("the training made no ", file));
  }
  const std::string path = absl::StrCat(folder, "/", file);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot make ", folder, ": ", error.message(), "; name another --output"));
  }
  FACET_RETURN_IF_ERROR(CopyFile(store.BlobPath(found->digest), path));
  std::printf("%s\n", path.c_str());
  return absl::OkStatus();
}

// The command line that trains what this one asks for.
std::vector<std::string> RunInstead(const VerbContext& context) {
  std::vector<std::string> others;
  for (size_t i = 0; i < context.arguments.size(); ++i) {
    const std::string& argument = context.arguments[i];
    if (argument == "--output") {
      ++i;
    } else if (!absl::StartsWith(argument, "--output=")) {
      others.push_back(argument == "weights" ? "run" : argument);
    }
  }
  return others;
}

int Weights(const WeightsArguments& arguments, VerbContext& context) {
  int exit_code = kExitDone;
  const auto planned = PlanForVerb(arguments.experiment, {arguments.row}, context, &exit_code);
  if (planned == nullptr) return exit_code;
  const auto training = TrainingOf(planned->plan, arguments.row);
  if (!training.ok()) return Fail(context, training.status(), kExitUsage);
  InputDigests digests(planned->store->index_path());
  const std::vector<PlannedStage> stages =
      PlanStages(planned->plan.graph, planned->environment, *planned->store, digests, {});
  const PlannedStage& train = stages[static_cast<size_t>(*training)];
  if (train.state != PlannedStage::State::kCached) {
    return Fail(context,
                absl::NotFoundError(absl::StrCat(
                    "row \"", arguments.row,
                    "\" is not trained yet; run: ", context.command_line(RunInstead(context)))),
                kExitInput);
  }
  NoteFirstSignal();
  for (const char* file : {"weights.safetensors", "model.json"}) {
    const absl::Status copied = CopyOut(*planned->store, train.artifact, file, arguments.output);
    if (absl::IsCancelled(copied)) return Fail(context, copied, 128 + StopSignal());
    if (!copied.ok()) return Fail(context, copied, kExitUsage);
  }
  return kExitDone;
}

}  // namespace

void AddWeightsVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<WeightsArguments>();
  Command verb = program.Subcommand(
      "weights",
      "copy a trained network out of the store (weights.safetensors, model.json), for "
      "train.weights or for other programs");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->row, "row whose network is wanted").Required();
  verb.Option("--output", &arguments->output, "folder to write to; it is made")
      .TypeName("DIR")
      .Required();
  verb.OnRun([arguments, &context] { return Weights(*arguments, context); });
}

}  // namespace facet
