#include "core/app/verb_describe.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/app/exported_tables.h"
#include "core/app/requested_stages.h"
#include "core/base/status.h"
#include "core/base/text_columns.h"
#include "core/pipeline/planner.h"
#include "core/records/npy.h"
#include "core/records/pooling.h"
#include "core/report/text.h"
#include "core/stages/stage_types.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

constexpr char kBranch[] = "test";  // its detector, aligner and crops see the images

struct DescribeArguments {
  ExperimentArguments experiment;
  std::string row, folder, out;
};

// What a row learned, and what describing needs of it.
bool IsLearned(const PortType& type) {
  return type == kNetwork || type == kProjection || type == kAlignerModel;
}

class DescribeFolder {
 public:
  DescribeFolder(const DescribeArguments& arguments, VerbContext& context)
      : arguments_(arguments), context_(context) {}

  int Run() {
    int exit_code = kExitDone;
    planned_ = PlanRowForVerb(arguments_.experiment, arguments_.row, context_, &exit_code);
    if (planned_ == nullptr) return exit_code;
    if (const absl::Status status = Plan(); !status.ok()) {
      return Fail(context_, status, exit_code_);
    }
    outcomes_ = Compute(plan_.graph, *planned_, "describe", context_);
    if (!HasArtifact(outcomes_[static_cast<size_t>(stage_)].state)) {
      return TellFailure(plan_.graph, outcomes_, context_);
    }
    if (const absl::Status status = Write(); !status.ok()) {
      return Fail(context_, status, kExitInput);
    }
    Tell();
    return kExitDone;
  }

 private:
  // The row's own stages with these images in place of its test set.
  absl::Status Plan() {
    exit_code_ = kExitUsage;
    if (planned_->plan.Find(arguments_.row, kDescriptors, kBranch) < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", arguments_.row,
                       "\" evaluates no network: it has none that could describe images"));
    }
    std::error_code error;
    if (!fs::is_directory(arguments_.folder, error)) {
      exit_code_ = kExitInput;
      return absl::NotFoundError(absl::StrCat("there is no folder ", arguments_.folder,
                                              error ? ": " : "", error ? error.message() : "",
                                              "; name one with images"));
    }
    const std::string root = fs::absolute(arguments_.folder).lexically_normal().string();
    for (Row& row : planned_->experiment.rows) {
      if (row.id != arguments_.row) continue;
      row.slots[absl::StrCat(kBranch, ".data")] = {{"use", "images"}, {"root", root}};
      // An image that cannot be read is a line of the table, not the end.
      row.slots[absl::StrCat(kBranch, ".faces")]["unreadable"] = "skip";
      Planner planner(planned_->experiment, AllStageTypes(), context_.catalogue(),
                      planned_->machine);
      FACET_ASSIGN_OR_RETURN(stage_, planner.AddPart(kDescriptors, {row, kBranch}));
      plan_ = planner.Take();
    }
    exit_code_ = kExitInput;
    FACET_RETURN_IF_ERROR(CheckLearned());
    return FindProjection();
  }

  absl::Status NotYet(const std::string& stage) const {
    return absl::NotFoundError(absl::StrCat(
        "row \"", arguments_.row, "\": ", stage,
        " is not computed yet; run: ", RunLine(arguments_.experiment, arguments_.row, context_)));
  }

  // To describe a few images is no reason to begin a training.
  absl::Status CheckLearned() const {
    const std::vector<PlannedStage> stages = LookUp(plan_.graph, *planned_);
    for (size_t i = 0; i < stages.size(); ++i) {
      const auto stage = static_cast<int>(i);
      if (stages[i].state == PlannedStage::State::kBlocked) {
        return absl::NotFoundError(stages[i].why);
      }
      if (stages[i].state != PlannedStage::State::kCached &&
          IsLearned(plan_.TypeOf(stage).output)) {
        return NotYet(plan_.At(stage).name);
      }
    }
    return absl::OkStatus();
  }

  // The row's projection, where it is one for all images.
  absl::Status FindProjection() {
    const int stage = planned_->plan.Find(arguments_.row, kProjection);
    if (stage < 0) return absl::OkStatus();
    const PlannedStage found = LookUp(planned_->plan.graph, *planned_)[static_cast<size_t>(stage)];
    if (found.state != PlannedStage::State::kCached) return NotYet(planned_->plan.At(stage).name);
    FACET_ASSIGN_OR_RETURN(const std::string path,
                           StoredFile(*planned_->store, found.artifact, "projection.npy"));
    FACET_ASSIGN_OR_RETURN(FloatArray projection, ReadNpy(path));
    if (projection.shape.size() != 3) return absl::DataLossError(path + ": no projection");
    if (projection.shape[0] == 1) {
      projection_ = std::move(projection);
    } else {
      Warn(context_,
           absl::StrCat("row \"", arguments_.row, "\" has a projection for each of ",
                        projection.shape[0],
                        " folds, none of which is for other images: these are the network's "
                        "descriptors (embed.on = \"train\" learns one for all)"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Stored(const PortType& type, const std::string& file) const {
    const int stage = plan_.Find(arguments_.row, type, kBranch);
    if (stage < 0) return absl::InternalError(absl::StrCat("no stage makes ", type.name));
    return StoredFile(*planned_->store, outcomes_[static_cast<size_t>(stage)].artifact, file);
  }

  absl::Status Write() const {
    const std::string folder =
        arguments_.out.empty() ? absl::StrCat("describe.", arguments_.row) : arguments_.out;
    const std::string images = (fs::path(folder) / "images.csv").string();
    const std::string descriptors = (fs::path(folder) / "descriptors.npy").string();
    StoredDataset data;
    FACET_ASSIGN_OR_RETURN(data.samples, Stored(kSamples, "samples.jsonl"));
    FACET_ASSIGN_OR_RETURN(data.protocol, Stored(kSamples, "protocol.json"));
    FACET_ASSIGN_OR_RETURN(const std::string faces, Stored(kFaces, "faces.jsonl"));
    FACET_ASSIGN_OR_RETURN(const std::string rows, Stored(kDescriptors, "rows.jsonl"));
    FACET_RETURN_IF_ERROR(CopyOut(*planned_->store, outcomes_[static_cast<size_t>(stage_)].artifact,
                                  "descriptors.npy", descriptors));
    if (projection_) FACET_RETURN_IF_ERROR(ProjectFile(descriptors));
    FACET_RETURN_IF_ERROR(WriteImageTable(data, faces, rows, images));
    std::printf("%s\n%s\n", descriptors.c_str(), images.c_str());
    return absl::OkStatus();
  }

  absl::Status ProjectFile(const std::string& path) const {
    FACET_ASSIGN_OR_RETURN(const FloatArray descriptors, ReadNpy(path));
    DatasetContents named;  // for messages
    for (int64_t row = 0; row < descriptors.shape[0]; ++row) {
      named.protocol.templates.push_back({absl::StrCat("row ", row), {}});
    }
    FACET_ASSIGN_OR_RETURN(
        const std::vector<FloatArray> projected,
        Project(named, descriptors, *projection_, static_cast<int>(planned_->machine.num_cores)));
    const std::string partial = path + ".partial";
    FACET_RETURN_IF_ERROR(WriteNpy(partial, projected.at(0)));
    std::error_code error;
    fs::rename(partial, path, error);
    return error
               ? absl::UnavailableError(absl::StrCat("cannot write ", path, ": ", error.message()))
               : absl::OkStatus();
  }

  // How many images there are, and what the stages say of them.
  void Tell() const {
    if (context_.verbosity < 0) return;
    const auto count = [this](const PortType& type, const std::string& name) {
      const int stage = plan_.Find(arguments_.row, type, kBranch);
      const auto& counts = outcomes_[static_cast<size_t>(std::max(stage, 0))].artifact.counts;
      const auto found = counts.find(name);
      return stage < 0 || found == counts.end() ? int64_t{0} : found->second;
    };
    std::fprintf(
        stderr, "%s images, %s described%s\n", FormatCount(count(kSamples, "images")).c_str(),
        FormatCount(count(kCrops, "crops")).c_str(),
        projection_ ? absl::StrCat(", projected to ", projection_->shape[1], " values").c_str()
                    : "");
    for (const PortType& type : {kSamples, kFaces, kAlignments, kCrops, kDescriptors}) {
      const int stage = plan_.Find(arguments_.row, type, kBranch);
      if (stage < 0) continue;
      const StageOutcome& outcome = outcomes_[static_cast<size_t>(stage)];
      if (outcome.state != StageState::kCached) continue;  // the progress has told it
      for (const std::string& notice : outcome.artifact.notices) {
        std::fprintf(stderr, "%s: %s\n", Printable(plan_.At(stage).name).c_str(),
                     Printable(notice).c_str());
      }
    }
  }

  const DescribeArguments& arguments_;
  VerbContext& context_;
  std::unique_ptr<PlannedExperiment> planned_;
  RowPlan plan_;  // of the images
  int stage_ = -1;
  std::optional<FloatArray> projection_;
  std::vector<StageOutcome> outcomes_;
  int exit_code_ = kExitInput;
};

}  // namespace

void AddDescribeVerb(Command program, VerbContext& context) {
  auto arguments = std::make_shared<DescribeArguments>();
  Command verb = program.Subcommand(
      "describe",
      "a vector for each face of a folder of images, by a trained row (of components: plugins "
      "describe)");
  AddExperimentArguments(verb, &arguments->experiment);
  verb.Positional("ROW", &arguments->row, "row whose network, detector and aligner are used")
      .Required();
  verb.Positional("FOLDER", &arguments->folder, "images, searched deeply").Required();
  verb.Option("--out", &arguments->out, "folder to write to, which is made; none: describe.<row>")
      .TypeName("DIR");
  verb.OnRun([arguments, &context] { return DescribeFolder(*arguments, context).Run(); });
}

}  // namespace facet
