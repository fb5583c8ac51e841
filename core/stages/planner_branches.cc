#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/stages/row_planner.h"

namespace facet {

// What the stages after detection need of the face settings: which images may be decoded.
Json RowPlanner::ImageLimit(const Json& faces) {
  Json limit = Json::object();
  if (faces.contains("max_megapixels")) limit["max_megapixels"] = faces["max_megapixels"];
  return limit;
}

// A stage that reads the data set's images: they lie below a folder that an option names.
absl::Status RowPlanner::AddSource(const Row& row, const std::string& branch, StageSpec* stage,
                                   const std::string& port, const std::string& role) {
  FACET_ASSIGN_OR_RETURN(ComponentUse use, Use(row, branch + ".data", "dataset"));
  FACET_ASSIGN_OR_RETURN(const int curation, CurationOfData(row, branch));
  if (curation >= 0) {
    if (const int folder = FolderStage(curation); folder >= 0) {
      const std::string input = absl::StrCat(port, ".images");
      stage->inputs[input] = folder;
      stage->folders[port] = input;
    }
    return absl::OkStatus();
  }
  for (ExternalInput& external : Externals(role, use)) {
    if (external.directory) stage->externals.push_back(std::move(external));
  }
  stage->sources[port] = std::move(use);
  return absl::OkStatus();
}

// The lists of people that are left out of the training set; none given: as if there were no such
// setting.
void RowPlanner::AddHoldout(const Row& row, StageSpec* dataset) {
  const Json lists = Settings(row, "train.holdout");
  for (const auto& [option, path] : lists.items()) {
    if (path.get_ref<const std::string&>().empty()) continue;
    dataset->settings["holdout"][option] = path;
    dataset->externals.push_back({absl::StrCat("holdout.", option), path, false});
  }
}

absl::StatusOr<int> RowPlanner::AddDataset(const Row& row, const std::string& branch) {
  StageSpec dataset = NewStage("dataset", branch + ".dataset");
  FACET_RETURN_IF_ERROR(AddComponent(row, branch + ".data", "data", &dataset, "dataset"));
  if (branch == "train") AddHoldout(row, &dataset);
  FACET_ASSIGN_OR_RETURN(const int curation, CurationOfData(row, branch));
  if (curation >= 0) {
    dataset.inputs["curation"] = curation;
    if (const int folder = FolderStage(curation); folder >= 0) {
      dataset.inputs["images"] = folder;
      dataset.folders["curation"] = "images";
    }
  }
  return Share(std::move(dataset), row);
}

// The data set and the faces of its images.
absl::StatusOr<RowPlanner::Branch> RowPlanner::AddFaces(const Row& row, const std::string& branch) {
  Branch made;
  FACET_ASSIGN_OR_RETURN(made.dataset, AddDataset(row, branch));
  StageSpec detect = NewStage("detect", branch + ".detect");
  FACET_RETURN_IF_ERROR(AddComponent(row, branch + ".detector", "detector", &detect));
  FACET_RETURN_IF_ERROR(AddSource(row, branch, &detect));
  detect.settings = Settings(row, branch + ".faces");
  detect.inputs.insert({{"samples", made.dataset}});
  detect.libraries = {"opencv"};
  made.detect = Share(std::move(detect), row);
  return made;
}

// What an aligner learned from the row's `landmarks`, for one that brings no model of its own.
absl::StatusOr<int> RowPlanner::AddFit(const Row& row, const std::string& slot) {
  StageSpec fit = NewStage("fit", "landmarks.fit");
  FACET_RETURN_IF_ERROR(AddComponent(row, slot, "aligner", &fit));
  if (Find(row, "landmarks.data") == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": ", slot, " = \"", fit.components["aligner"].name,
                     "\" has no model; give ", slot,
                     ".model = \"FILE\", or faces to train it on: landmarks = "
                     "{ data = { use = \"...\" }, detector = { use = \"...\" } }"));
  }
  FACET_ASSIGN_OR_RETURN(const Branch landmarks, AddFaces(row, "landmarks"));
  FACET_RETURN_IF_ERROR(AddSource(row, "landmarks", &fit));
  fit.settings = ImageLimit(Settings(row, "landmarks.faces"));
  fit.inputs.insert({{"samples", landmarks.dataset}, {"faces", landmarks.detect}});
  fit.libraries = {"opencv"};
  SetSeed(row, "fit", &fit);
  return Share(std::move(fit), row);
}

// The data set, its faces and their frames.
absl::StatusOr<RowPlanner::Branch> RowPlanner::AddFrames(const Row& row,
                                                         const std::string& branch) {
  FACET_ASSIGN_OR_RETURN(Branch made, AddFaces(row, branch));
  StageSpec align = NewStage("align", branch + ".align");
  FACET_RETURN_IF_ERROR(AddComponent(row, branch + ".aligner", "aligner", &align));
  FACET_RETURN_IF_ERROR(AddSource(row, branch, &align));
  align.settings = ImageLimit(Settings(row, branch + ".faces"));
  align.inputs.insert({{"samples", made.dataset}, {"faces", made.detect}});
  const ComponentUse& aligner = align.components["aligner"];
  if (HasTrait(aligner, "trainable") && aligner.options.value("model", "").empty()) {
    FACET_ASSIGN_OR_RETURN(align.inputs["model"], AddFit(row, branch + ".aligner"));
  }
  align.libraries = {"opencv"};
  made.align = Share(std::move(align), row);
  return made;
}

absl::StatusOr<RowPlanner::Branch> RowPlanner::AddBranch(const Row& row, const std::string& branch,
                                                         int64_t size_px) {
  FACET_ASSIGN_OR_RETURN(Branch made, AddFrames(row, branch));
  StageSpec pack = NewStage("pack", branch + ".pack");
  FACET_RETURN_IF_ERROR(AddSource(row, branch, &pack));
  const Json crops = Settings(row, branch + ".crops");
  pack.settings = ImageLimit(Settings(row, branch + ".faces"));
  pack.settings["size_px"] = size_px;
  for (const char* option : {"encoding", "jpeg_quality"}) {
    if (crops.contains(option)) pack.settings[option] = crops[option];
  }
  pack.inputs.insert({{"samples", made.dataset}, {"frames", made.align}});
  pack.libraries = {"opencv"};
  made.pack = Share(std::move(pack), row);
  return made;
}

absl::StatusOr<RowPlanner::Branch> RowPlanner::AddTrainBranch(const Row& row) {
  return AddBranch(row, "train", Settings(row, "train.crops").value("size_px", int64_t{0}));
}

}  // namespace facet
