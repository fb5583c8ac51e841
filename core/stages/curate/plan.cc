#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/file.h"
#include "core/base/status.h"
#include "core/pipeline/findings.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/records/results.h"
#include "core/stages/curate/curate.h"
#include "core/stages/curate/settings.h"

namespace facet {
namespace {

bool Applies(const Planner& planner, const Demand& demand) {
  if (Planner::Find(demand.row, "curation.curator") != nullptr) return true;
  const absl::StatusOr<const Row*> from = planner.FindRow(demand.row, "curation.from");
  return from.ok() && *from != nullptr && planner.Has(kCuration, {**from, ""});
}

// The manifest and the images of the row that it goes on with.
absl::Status AddBefore(Planner& planner, const Row& row, const Row& from, StageSpec* curate) {
  if (!planner.Has(kCuration, {from, ""})) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": curation.from = \"", from.id,
                     "\", but that row has no curation; name one that has a curation.curator"));
  }
  FACET_ASSIGN_OR_RETURN(const int before, planner.Make(kCuration, {from, ""}));
  curate->inputs["curation"] = before;
  if (const int folder = planner.ImagesOf(before); folder >= 0) {
    curate->inputs["images"] = folder;
    curate->folders["curation"] = "images";
  }
  return absl::OkStatus();
}

// Faces and scores are of images of a manifest, so the row that has them must train on such.
absl::Status CheckTrainsOnManifest(const Planner& planner, const Row& row, const std::string& slot,
                                   const Row& other) {
  FACET_ASSIGN_OR_RETURN(const ComponentUse data, planner.Use(other, "train.data", "dataset"));
  if (planner.HasTrait(data, Trait::kFromCuration)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "row \"", row.id, "\": ", slot, " = \"", other.id, "\", but that row trains on \"", data.name,
      "\", whose images are of no curation manifest; data sets that are of one: ",
      absl::StrJoin(planner.catalogue().Names("dataset", {Trait::kFromCuration}), ", ")));
}

absl::Status AddFaces(Planner& planner, const Row& row, const Row* from, StageSpec* curate) {
  if (from == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\": curator \"", curate->components.at("curator").name,
        "\" works on faces; name the row whose images it goes on with: curation.from = \"...\""));
  }
  FACET_RETURN_IF_ERROR(CheckTrainsOnManifest(planner, row, "curation.from", *from));
  const Demand train = {*from, "train",
                        Planner::Settings(row, "curation.crops").value("size_px", int64_t{0})};
  FACET_ASSIGN_OR_RETURN(curate->inputs["crops"], planner.Make(kCrops, train));
  FACET_ASSIGN_OR_RETURN(curate->inputs["samples"], planner.Make(kSamples, train));
  return absl::OkStatus();
}

absl::Status AddScores(Planner& planner, const Row& row, StageSpec* curate) {
  FACET_ASSIGN_OR_RETURN(const Row* ranker, planner.FindRow(row, "curation.scores"));
  if (ranker == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\": curator \"", curate->components.at("curator").name,
        "\" ranks images by a trained network; name its row: curation.scores = \"...\""));
  }
  if (!planner.Has(kScores, {*ranker, ""})) {
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": curation.scores = \"",
                                                   ranker->id, "\", but that row trains nothing"));
  }
  FACET_RETURN_IF_ERROR(CheckTrainsOnManifest(planner, row, "curation.scores", *ranker));
  FACET_ASSIGN_OR_RETURN(curate->inputs["scores"], planner.Make(kScores, {*ranker, ""}));
  FACET_ASSIGN_OR_RETURN(curate->inputs["scored"], planner.Make(kSamples, {*ranker, "train"}));
  return absl::OkStatus();
}

// A row without a curator passes on what the row `from` makes.
absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  FACET_ASSIGN_OR_RETURN(const Row* from, planner.FindRow(row, "curation.from"));
  if (Planner::Find(row, "curation.curator") == nullptr) {
    return planner.Make(kCuration, {*from, ""});
  }
  StageSpec curate = NewStage("curate", "curate");
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "curation.curator", "curator", &curate));
  const ComponentUse curator = curate.components.at("curator");
  curate.keeps_folder = planner.HasTrait(curator, Trait::kMakesImages);
  curate.waits_for_others = true;  // who annotates must see the page, who downloads waits
  if (from != nullptr) FACET_RETURN_IF_ERROR(AddBefore(planner, row, *from, &curate));
  if (planner.HasTrait(curator, Trait::kTakesFaces)) {
    FACET_RETURN_IF_ERROR(AddFaces(planner, row, from, &curate));
  }
  if (planner.HasTrait(curator, Trait::kTakesScores)) {
    FACET_RETURN_IF_ERROR(AddScores(planner, row, &curate));
  }
  planner.SaidAt("inputs.curation", "curation.from");
  planner.SaidAt("inputs.scores", "curation.scores");
  curate.libraries = {"opencv"};
  Planner::SetSeed(row, "curate", &curate);
  return planner.Add(std::move(curate), row);
}

absl::StatusOr<StageFindings> Findings(const StoredFiles& files) {
  const std::string path = files.path("curation.json");
  if (path.empty()) return absl::DataLossError("there is no file curation.json");
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  CurationFindings curation;
  curation.component = json.value("component", "");
  FACET_ASSIGN_OR_RETURN(curation.result, CurationResultFromJson(json));
  for (size_t i = 0; i < curation.result.sheets.size(); ++i) {
    curation.sheet_paths.push_back(files.path(ContactSheetFile(i)));
  }
  StageFindings findings;
  findings.curation = std::move(curation);
  return findings;
}

}  // namespace

StageType CurateStage() {
  StageType type;
  type.name = "curate";
  type.summary = "one stage of building a data set: a curator turns a manifest into the next";
  type.slots = {
      ComponentSlot("curation.curator", "curator",
                    "one stage of building the data set that the row trains on"),
      RowSlot("curation.from", "row whose manifest and images it goes on with"),
      RowSlot("curation.scores", "row whose trained network ranks its images"),
      SettingsSlot<CurationCropSettings>("curation.crops", "faces for the curator"),
  };
  type.inputs = {{"curation", kCuration, true}, {"images", kCuration, true},
                 {"samples", kSamples, true},   {"crops", kCrops, true},
                 {"scores", kScores, true},     {"scored", kSamples, true}};
  type.output = kCuration;
  type.applies = &Applies;
  type.plan = &Plan;
  type.findings = &Findings;
  return type;
}

}  // namespace facet
