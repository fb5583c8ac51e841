// Where the images of a data set lie: below a folder that one of its options names, or in the folder
// that a curator keeps.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/records/image_root.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"

namespace facet {
namespace {

// The images that a dataset artifact names, below the folder of this option.
absl::StatusOr<std::vector<std::string>> ListImages(
    const std::map<std::string, std::string>& artifact, const ExternalInput& input) {
  std::vector<std::string> paths;
  const auto root = artifact.find(kImageRootFile), samples = artifact.find("samples.jsonl");
  if (root == artifact.end() || samples == artifact.end()) return paths;
  FACET_ASSIGN_OR_RETURN(const ImageRoot lies, ParseImageRoot(root->second));
  if (!absl::EndsWith(input.option, absl::StrCat(".", lies.option))) return paths;
  FACET_RETURN_IF_ERROR(ForEachRecord(samples->second, &SampleFromJson, [&](const Sample& sample) {
    if (!sample.path.empty()) paths.push_back(lies.Below(sample.path));
    return absl::OkStatus();
  }));
  return paths;
}

}  // namespace

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
    if (!external.directory) continue;
    SaidAt(absl::StrCat("externals.", role), demand.branch + ".data");
    external.port = port;
    external.list = &ListImages;
    stage->externals.push_back(std::move(external));
  }
  stage->sources[port] = std::move(use);
  return absl::OkStatus();
}

}  // namespace facet
