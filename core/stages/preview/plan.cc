#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/preview/preview.h"
#include "core/stages/preview/settings.h"

namespace facet {
namespace {

absl::Status AddTriplets(Planner& planner, const Row& row, StageSpec* preview) {
  if (!planner.Has(kProjection, {row, ""})) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id,
                     "\" learns no embedding, so it mines no triplets from "
                     "descriptors; name a row with embed = { ... }"));
  }
  // The same descriptors as those that the projection learns from, and the crops that they are of.
  const Json settings = Planner::Settings(row, "embed");
  const Demand learned_from = {row, settings.value("on", "folds") == "train" ? "train" : "test"};
  FACET_ASSIGN_OR_RETURN(const int descriptors, planner.Make(kDescriptors, learned_from));
  const int crops = planner.Nearest(descriptors, kCrops);
  preview->inputs = {{"descriptors", descriptors},
                     {"crops", crops},
                     {"samples", planner.Nearest(crops, kSamples)}};
  preview->libraries = {"opencv", "torch"};
  return planner.AddComponent(row, "embed.miner", "miner", preview);
}

// What there is to show of a branch.
absl::Status CheckBranch(const Planner& planner, const Row& row, const std::string& what,
                         const std::string& branch) {
  if (Planner::Find(row, branch + ".data") == nullptr ||
      (branch == "train" && !planner.Has(kNetwork, {row, ""}))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\" ",
        branch == "train" ? "trains nothing, so it has no training images; try --branch test"
                          : "has no test images"));
  }
  if (what != "detect" && Planner::Find(row, branch + ".aligner") == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\" has no ", branch,
                                                   ".aligner, so it has no ",
                                                   what == "align" ? "aligned faces" : "crops"));
  }
  return absl::OkStatus();
}

absl::Status AddBranch(Planner& planner, const Row& row, const Json& settings, StageSpec* preview) {
  const std::string what = settings.at("what"), branch = settings.at("branch");
  FACET_RETURN_IF_ERROR(CheckBranch(planner, row, what, branch));
  const Demand demand = {row, branch};
  preview->libraries = {"opencv"};
  if (what == "crops") {
    // Those that are described or trained on: at their size.
    const PortType user = branch == "test" ? kDescriptors : kNetwork;
    FACET_ASSIGN_OR_RETURN(const int made,
                           planner.Make(user, {row, branch == "test" ? branch : ""}));
    const int crops = planner.Nearest(made, kCrops);
    preview->inputs["crops"] = crops;
    preview->inputs["samples"] = planner.Nearest(crops, kSamples);
    return absl::OkStatus();
  }
  FACET_ASSIGN_OR_RETURN(preview->inputs["samples"], planner.Make(kSamples, demand));
  FACET_RETURN_IF_ERROR(planner.AddImageSource(demand, preview));
  const bool align = what == "align";
  FACET_ASSIGN_OR_RETURN(preview->inputs[align ? "alignments" : "faces"],
                         planner.Make(align ? kAlignments : kFaces, demand));
  return absl::OkStatus();
}

absl::StatusOr<int> Plan(Planner& planner, const Row& row, const Json& settings) {
  StageSpec preview = NewStage("preview", "preview");
  preview.settings = settings;
  preview.settings.erase("branch");
  FACET_RETURN_IF_ERROR(settings.at("what") == "triplets"
                            ? AddTriplets(planner, row, &preview)
                            : AddBranch(planner, row, settings, &preview));
  return planner.Add(std::move(preview), row);
}

}  // namespace

StageType PreviewStage() {
  StageType type;
  type.name = "preview";
  type.summary = "a contact sheet of what another stage made";
  type.inputs = {{"samples", kSamples, true}, {"samples.images", kCuration, true},
                 {"faces", kFaces, true},     {"alignments", kAlignments, true},
                 {"crops", kCrops, true},     {"descriptors", kDescriptors, true}};
  type.output = kSheet;
  type.plan_request = &Plan;
  return type;
}

}  // namespace facet
