#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/stages/row_planner.h"

namespace facet {

absl::StatusOr<const Row*> RowPlanner::FindRow(const Row& row, const std::string& slot) const {
  const Json* id = Find(row, slot);
  if (id == nullptr || id->get_ref<const std::string&>().empty()) return nullptr;
  for (const Row& other : experiment_.rows) {
    if (other.id == id->get_ref<const std::string&>()) return &other;
  }
  return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": ", slot, " = \"",
                                                 id->get<std::string>(), "\": no such row"));
}

int RowPlanner::FolderStage(int curation) const {
  if (At(curation).keeps_folder) return curation;
  const auto images = At(curation).inputs.find("images");
  return images == At(curation).inputs.end() ? -1 : images->second;
}

absl::StatusOr<int> RowPlanner::AddCuration(const Row& row, size_t depth) {
  if (depth > experiment_.rows.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": curation.from goes in a circle"));
  }
  if (Find(row, "curation.curator") == nullptr) {
    FACET_ASSIGN_OR_RETURN(const Row* from, FindRow(row, "curation.from"));
    return from == nullptr ? absl::StatusOr<int>(-1) : AddCuration(*from, depth + 1);
  }
  StageSpec curate = NewStage("curate", "curate");
  FACET_RETURN_IF_ERROR(AddComponent(row, "curation.curator", "curator", &curate));
  FACET_RETURN_IF_ERROR(AddCuratorInputs(row, depth, &curate));
  curate.libraries = {"opencv"};
  SetSeed(row, "curate", &curate);
  return Share(std::move(curate), row);
}

absl::Status RowPlanner::AddCuratorInputs(const Row& row, size_t depth, StageSpec* curate) {
  const ComponentUse curator = curate->components.at("curator");
  curate->keeps_folder = HasTrait(curator, "images");
  FACET_ASSIGN_OR_RETURN(const Row* from, FindRow(row, "curation.from"));
  int before = -1;
  if (from != nullptr) {
    FACET_ASSIGN_OR_RETURN(before, AddCuration(*from, depth + 1));
    if (before < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id, "\": curation.from = \"", from->id,
                       "\", but that row has no curation; name one that has a curation.curator"));
    }
    curate->inputs["curation"] = before;
    if (const int folder = FolderStage(before); folder >= 0) {
      curate->inputs["images"] = folder;
      curate->folders["curation"] = "images";
    }
  }
  if (HasTrait(curator, "faces")) {
    if (from == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "row \"", row.id, "\": curator \"", curator.name,
          "\" works on faces; name the row whose images it goes on with: curation.from = \"...\""));
    }
    FACET_ASSIGN_OR_RETURN(
        const Branch faces,
        AddBranch(*from, "train", Settings(row, "curation.crops").value("size_px", int64_t{0})));
    curate->inputs["samples"] = faces.dataset;
    curate->inputs["crops"] = faces.pack;
  }
  return HasTrait(curator, "scores") ? AddScores(row, curate) : absl::OkStatus();
}

absl::Status RowPlanner::AddScores(const Row& row, StageSpec* curate) {
  FACET_ASSIGN_OR_RETURN(const Row* ranker, FindRow(row, "curation.scores"));
  const std::string& curator = curate->components.at("curator").name;
  if (ranker == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\": curator \"", curator,
        "\" ranks images by a trained network; name its row: curation.scores = \"...\""));
  }
  FACET_ASSIGN_OR_RETURN(const int model, AddTraining(*ranker, 0));
  if (model < 0) {
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": curation.scores = \"",
                                                   ranker->id, "\", but that row trains nothing"));
  }
  FACET_ASSIGN_OR_RETURN(const Branch train, AddTrainBranch(*ranker));
  StageSpec classify = NewStage("classify", "train.classify");
  FACET_ASSIGN_OR_RETURN(classify.inputs["descriptors"], AddTrainDescribe(*ranker, train, model));
  classify.inputs["model"] = model;
  FACET_RETURN_IF_ERROR(AddComponent(*ranker, "train.loss", "loss", &classify));
  SetNumerics(*ranker, false, &classify);
  classify.libraries = {"torch"};
  curate->inputs["scores"] = Share(std::move(classify), *ranker);
  curate->inputs["scored"] = train.dataset;
  return absl::OkStatus();
}

absl::Status RowPlanner::AddCurationMetrics(const Row& row, StageSpec* evaluate) {
  if (Find(row, "curation.curator") == nullptr) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(evaluate->inputs["curation"], AddCuration(row));
  graph().row_curation[row.id] = evaluate->inputs["curation"];
  return absl::OkStatus();
}

absl::StatusOr<int> RowPlanner::CurationOfData(const Row& row, const std::string& branch) {
  if (branch != "train") return -1;
  FACET_ASSIGN_OR_RETURN(const ComponentUse data, Use(row, "train.data", "dataset"));
  if (!HasTrait(data, "curation") || !data.options.value("file", "").empty()) return -1;
  FACET_ASSIGN_OR_RETURN(const int curation, AddCuration(row));
  if (curation >= 0) return curation;
  return absl::InvalidArgumentError(
      absl::StrCat("row \"", row.id, "\": train.data = \"", data.name,
                   "\" names no file, and the row has no curation to take it from; give "
                   "train.data.file = \"FILE\", or curation.from = \"ROW\""));
}

}  // namespace facet
