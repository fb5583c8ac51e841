#include "core/app/verb_export.h"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/exported_tables.h"
#include "core/app/requested_stages.h"
#include "core/base/json.h"
#include "core/base/status.h"
#include "core/records/results.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr char kScoresOption[] = "scores";  // the verb's word, and an evaluator's option

struct ExportArguments {
  std::string what, row, branch = "test", out;
  ExperimentArguments experiment;
};

// One call: what it found of the row, and what it wrote.
class Export {
 public:
  Export(const ExportArguments& arguments, VerbContext& context)
      : arguments_(arguments), context_(context) {}

  int Run() {
    int exit_code = kExitDone;
    planned_ = PlanRowForVerb(arguments_.experiment, arguments_.row, context_, &exit_code);
    if (planned_ == nullptr) return exit_code;
    if (arguments_.branch == "train" &&
        (arguments_.what == kScoresOption || arguments_.what == "curves")) {
      return Fail(context_,
                  absl::InvalidArgumentError(absl::StrCat(
                      arguments_.what, " are those of the row as a whole: without --branch")),
                  kExitUsage);
    }
    stages_ = LookUp(planned_->plan.graph, *planned_);
    exit_code_ = kExitInput;
    const absl::Status status = Write();
    if (!status.ok()) return Fail(context_, status, exit_code_);
    for (const std::string& path : written_) std::printf("%s\n", path.c_str());
    return kExitDone;
  }

 private:
  absl::Status Write() {
    if (arguments_.what == "descriptors") return Descriptors();
    if (arguments_.what == kScoresOption) return Scores();
    return arguments_.what == "faces" ? Faces() : Curves();
  }

  // The row's artifact of this type. InvalidArgument: rows like this have none; NotFound: not yet.
  absl::StatusOr<const Artifact*> Find(const PortType& type, const std::string& branch) {
    const int stage = planned_->plan.Find(arguments_.row, type, branch);
    if (stage < 0) {
      exit_code_ = kExitUsage;
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", arguments_.row, "\" has no ", type.name,
                       branch.empty() ? "" : absl::StrCat(" of its ", branch, " set"),
                       ": there is nothing to export"));
    }
    return Stored(stage);
  }

  absl::StatusOr<const Artifact*> Stored(int stage) const {
    const PlannedStage& found = stages_[static_cast<size_t>(stage)];
    if (found.state == PlannedStage::State::kCached) return &found.artifact;
    if (found.state == PlannedStage::State::kBlocked) return absl::NotFoundError(found.why);
    return absl::NotFoundError(absl::StrCat(
        "row \"", arguments_.row, "\": ", planned_->plan.At(stage).name,
        " is not computed yet; run: ", RunLine(arguments_.experiment, arguments_.row, context_)));
  }

  absl::StatusOr<std::string> File(const Artifact& artifact, const std::string& file) const {
    return StoredFile(*planned_->store, artifact, file);
  }

  absl::StatusOr<StoredDataset> Dataset(const std::string& branch) {
    FACET_ASSIGN_OR_RETURN(const Artifact* const samples, Find(kSamples, branch));
    StoredDataset data;
    FACET_ASSIGN_OR_RETURN(data.samples, File(*samples, "samples.jsonl"));
    FACET_ASSIGN_OR_RETURN(data.protocol, File(*samples, "protocol.json"));
    return data;
  }

  // Where `file` goes, in the folder, which is made.
  absl::StatusOr<std::string> Target(const std::string& file) const {
    const std::string folder =
        !arguments_.out.empty()
            ? arguments_.out
            : absl::StrCat("export.", arguments_.row, arguments_.branch == "train" ? ".train" : "");
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) return (fs::path(folder) / file).string();
    return absl::UnavailableError(absl::StrCat("cannot make the folder ", folder, ": ",
                                               error.message(), "; name another with --out"));
  }

  // Writes `file` by `write(path) -> Status`, and remembers it.
  template <class WriteTo>
  absl::Status Make(const std::string& file, const WriteTo& write) {
    FACET_ASSIGN_OR_RETURN(const std::string path, Target(file));
    FACET_RETURN_IF_ERROR(write(path));
    written_.push_back(path);
    return absl::OkStatus();
  }
  absl::Status Copy(const Artifact& artifact, const std::string& file) {
    return Make(file, [&](const std::string& path) {
      return CopyOut(*planned_->store, artifact, file, path);
    });
  }

  absl::Status Descriptors() {
    FACET_ASSIGN_OR_RETURN(const Artifact* const described, Find(kDescriptors, arguments_.branch));
    FACET_ASSIGN_OR_RETURN(const StoredDataset data, Dataset(arguments_.branch));
    FACET_ASSIGN_OR_RETURN(const std::string rows, File(*described, "rows.jsonl"));
    FACET_RETURN_IF_ERROR(Copy(*described, "descriptors.npy"));
    FACET_RETURN_IF_ERROR(Make("descriptors.csv", [&](const std::string& path) {
      return WriteDescriptorTable(data, rows, path);
    }));
    FACET_ASSIGN_OR_RETURN(const std::string templates, Target("templates.csv"));
    FACET_ASSIGN_OR_RETURN(const bool has_templates, WriteTemplateTable(data, rows, templates));
    if (has_templates) written_.push_back(templates);
    if (planned_->plan.Find(arguments_.row, kProjection) < 0) return absl::OkStatus();
    FACET_ASSIGN_OR_RETURN(const Artifact* const projection, Find(kProjection, ""));
    return Copy(*projection, "projection.npy");
  }

  // The row's evaluation once more, with its evaluator told to hand on distances: nothing else
  // knows how it makes them.
  absl::Status Scores() {
    int stage = planned_->plan.results.at(arguments_.row);
    FACET_RETURN_IF_ERROR(Stored(stage).status());
    FACET_ASSIGN_OR_RETURN(const StoredDataset data, TestSetOfScores(stage));
    StageGraph graph = PartOf(planned_->plan.graph, &stage);
    graph.stages[static_cast<size_t>(stage)].components["evaluator"].options[kScoresOption] = true;
    const std::vector<StageOutcome> outcomes = Compute(graph, *planned_, "export", context_);
    const StageOutcome& outcome = outcomes[static_cast<size_t>(stage)];
    if (!HasArtifact(outcome.state)) {
      exit_code_ = outcome.state == StageState::kStopped ? kExitInterrupted : kExitRowFailed;
      return outcome.state == StageState::kStopped ? absl::CancelledError("stopped")
                                                   : outcome.status;
    }
    FACET_ASSIGN_OR_RETURN(const Evaluation evaluation, ReadEvaluation(outcome.artifact));
    return Make("scores.csv",
                [&](const std::string& path) { return WriteScoreTable(data, evaluation, path); });
  }

  // InvalidArgument: its evaluator has no distances to hand on.
  absl::StatusOr<StoredDataset> TestSetOfScores(int stage) {
    const ComponentUse& use = planned_->plan.At(stage).components.at("evaluator");
    if (!use.options.contains(kScoresOption)) {
      exit_code_ = kExitUsage;
      return absl::InvalidArgumentError(absl::StrCat(
          "evaluator \"", use.name,
          "\" does not hand on the scores of a list of pairs: it has no option `scores`. `facet "
          "export descriptors` has what it was given"));
    }
    return Dataset("test");
  }

  absl::StatusOr<Evaluation> ReadEvaluation(const Artifact& artifact) const {
    FACET_ASSIGN_OR_RETURN(const std::string path, File(artifact, "evaluation.json"));
    FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
    return EvaluationFromJson(json);
  }

  absl::Status Faces() {
    FACET_ASSIGN_OR_RETURN(const Artifact* const found, Find(kFaces, arguments_.branch));
    FACET_ASSIGN_OR_RETURN(const StoredDataset data, Dataset(arguments_.branch));
    FACET_ASSIGN_OR_RETURN(const std::string faces, File(*found, "faces.jsonl"));
    FACET_RETURN_IF_ERROR(Make(
        "faces.csv", [&](const std::string& path) { return WriteFaceTable(data, faces, path); }));
    if (planned_->plan.Find(arguments_.row, kAlignments, arguments_.branch) < 0) {
      return absl::OkStatus();
    }
    FACET_ASSIGN_OR_RETURN(const Artifact* const aligned, Find(kAlignments, arguments_.branch));
    FACET_ASSIGN_OR_RETURN(const std::string alignments, File(*aligned, "alignments.jsonl"));
    return Make("alignments.csv", [&](const std::string& path) {
      return WriteAlignmentTable(data, alignments, path);
    });
  }

  absl::Status Curves() {
    FACET_ASSIGN_OR_RETURN(const Artifact* const result,
                           Stored(planned_->plan.results.at(arguments_.row)));
    FACET_ASSIGN_OR_RETURN(const Evaluation evaluation, ReadEvaluation(*result));
    FACET_RETURN_IF_ERROR(Make("curves.csv", [&](const std::string& path) {
      return WriteCurveTable(evaluation.curves, path);
    }));
    FACET_RETURN_IF_ERROR(Log(kNetwork, "log.jsonl", "training.csv", &WriteTrainingTable));
    return Log(kProjection, "embed.json", "embedding.csv", &WriteEmbeddingTable);
  }

  // The log of what the row itself learned; nothing where it learned nothing.
  absl::Status Log(const PortType& type, const std::string& log, const std::string& table,
                   absl::Status (*write)(const std::string&, const std::string&)) {
    if (planned_->plan.Find(arguments_.row, type) < 0) return absl::OkStatus();
    FACET_ASSIGN_OR_RETURN(const Artifact* const learned, Find(type, ""));
    FACET_ASSIGN_OR_RETURN(const std::string path, File(*learned, log));
    return Make(table, [&](const std::string& target) { return write(path, target); });
  }

  const ExportArguments& arguments_;
  VerbContext& context_;
  std::unique_ptr<PlannedExperiment> planned_;
  std::vector<PlannedStage> stages_;
  std::vector<std::string> written_;
  int exit_code_ = kExitInput;
};

}  // namespace

void AddExportVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<ExportArguments>();
  Command verb = program.Subcommand(
      "export", "descriptors, pair scores, faces or curves of a row that was run, as .npy and CSV");
  verb.Positional("WHAT", &arguments->what, "descriptors, scores, faces or curves")
      .OneOf({"descriptors", kScoresOption, "faces", "curves"})
      .Required();
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->row, "the row").Required();
  verb.Option("--branch", &arguments->branch,
              "of descriptors and faces: those of the train or of the test images")
      .OneOf({"train", "test"})
      .ShowDefault();
  verb.Option("--out", &arguments->out,
              "folder to write to, which is made; none: export.<row>[.train]")
      .TypeName("DIR");
  verb.OnRun([arguments, &context] { return Export(*arguments, context).Run(); });
}

}  // namespace facet
