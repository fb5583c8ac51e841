// Where the images of a data set lie: below a folder that one of its options names, or in the folder
// that a curator keeps.
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"

namespace facet {

Json Planner::ImageLimit(const Row& row, const std::string& branch) {
  const Json faces = Settings(row, branch + ".faces");
  Json limit = Json::object();
  if (faces.contains("max_megapixels")) limit["max_megapixels"] = faces["max_megapixels"];
  return limit;
}

int Planner::ImagesOf(int curation) const {
  if (At(curation).keeps_folder) return curation;
  const auto images = At(curation).inputs.find("images");
  return images == At(curation).inputs.end() ? -1 : images->second;
}

absl::StatusOr<int> Planner::CurationOfData(const Demand& demand) {
  if (demand.branch != "train") return -1;
  FACET_ASSIGN_OR_RETURN(const ComponentUse data, Use(demand.row, "train.data", "dataset"));
  if (!HasTrait(data, Trait::kFromCuration) || !data.options.value("file", "").empty()) return -1;
  if (Has(kCuration, {demand.row, ""})) return Make(kCuration, {demand.row, ""});
  return absl::InvalidArgumentError(
      absl::StrCat("row \"", demand.row.id, "\": train.data = \"", data.name,
                   "\" names no file, and the row has no curation to take it from; give "
                   "train.data.file = \"FILE\", or curation.from = \"ROW\""));
}

absl::Status Planner::AddImageSource(const Demand& demand, StageSpec* stage,
                                     const std::string& port, const std::string& role) {
  FACET_ASSIGN_OR_RETURN(ComponentUse use, Use(demand.row, demand.branch + ".data", "dataset"));
  FACET_ASSIGN_OR_RETURN(const int curation, CurationOfData(demand));
  if (curation >= 0) {
    if (const int folder = ImagesOf(curation); folder >= 0) {
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

}  // namespace facet
