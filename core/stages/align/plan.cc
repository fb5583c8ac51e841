#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/align/align.h"

namespace facet {
namespace {

// What differs between two detectors; empty: nothing.
std::string Difference(const ComponentUse& one, const ComponentUse& other) {
  if (one.name != other.name) return absl::StrCat(one.name, " there, ", other.name, " here");
  std::vector<std::string> options;
  for (const auto& [name, value] : one.options.items()) {
    if (!other.options.contains(name) || other.options.at(name) != value) options.push_back(name);
  }
  if (options.empty()) return "";
  return absl::StrCat("both ", one.name, ", with another ", absl::StrJoin(options, ", "));
}

// An aligner knows the boxes that it has learned on: those of another detector lie otherwise about
// the same face.
absl::StatusOr<std::string> OtherBoxes(const Planner& planner, const Demand& demand,
                                       const std::string& aligner) {
  const std::string slot = demand.branch + ".detector";
  FACET_ASSIGN_OR_RETURN(const ComponentUse learned,
                         planner.Use(demand.row, "landmarks.detector", "detector"));
  FACET_ASSIGN_OR_RETURN(const ComponentUse used, planner.Use(demand.row, slot, "detector"));
  const std::string difference = Difference(learned, used);
  if (difference.empty()) return std::string();
  return absl::StrCat(demand.branch, ".aligner = \"", aligner,
                      "\" learns on the boxes of landmarks.detector and gets those of ", slot, " (",
                      difference,
                      "): its landmarks may be far off, and nothing fails; name one detector in "
                      "both");
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  StageSpec align = NewStage("align", demand.branch + ".align");
  FACET_ASSIGN_OR_RETURN(align.inputs["samples"], planner.Make(kSamples, demand));
  FACET_ASSIGN_OR_RETURN(align.inputs["faces"], planner.Make(kFaces, demand));
  FACET_RETURN_IF_ERROR(
      planner.AddComponent(demand.row, demand.branch + ".aligner", "aligner", &align));
  FACET_RETURN_IF_ERROR(planner.AddImageSource(demand, &align));
  align.shares = {"samples"};
  align.settings = Planner::ImageLimit(demand.row, demand.branch);
  const Json faces = Planner::Settings(demand.row, demand.branch + ".faces");
  if (faces.contains("unreadable")) align.settings["unreadable"] = faces["unreadable"];
  planner.SaidAt("settings", demand.branch + ".faces");
  const ComponentUse& aligner = align.components["aligner"];
  // One that learns and brings no model.
  std::string remark;
  if (planner.HasTrait(aligner, Trait::kTrainable) && aligner.options.value("model", "").empty()) {
    FACET_ASSIGN_OR_RETURN(align.inputs["model"], planner.Make(kAlignerModel, demand));
    FACET_ASSIGN_OR_RETURN(remark, OtherBoxes(planner, demand, aligner.name));
  }
  align.libraries = {"opencv"};
  FACET_ASSIGN_OR_RETURN(const int stage, planner.Add(std::move(align), demand.row));
  if (!remark.empty()) planner.AddRemark(stage, {demand.branch + ".detector", remark});
  return stage;
}

}  // namespace

StageType AlignStage() {
  StageType type;
  type.name = "align";
  type.summary = "maps every face to its canonical crop";
  type.slots = {
      ComponentSlot("train.aligner", "aligner", "crops the training faces"),
      Required(ComponentSlot("test.aligner", "aligner", "crops the test faces"),
               {Trait::kScoresDetections, Trait::kShowsCuration}),
  };
  type.inputs = {{"samples", kSamples},
                 {"faces", kFaces},
                 {"samples.images", kCuration, true},
                 {"model", kAlignerModel, true}};
  type.output = kAlignments;
  type.grows_with = "faces";
  type.plan = &Plan;
  return type;
}

}  // namespace facet
