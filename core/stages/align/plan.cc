#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/align/align.h"

namespace facet {
namespace {

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  StageSpec align = NewStage("align", demand.branch + ".align");
  FACET_ASSIGN_OR_RETURN(align.inputs["samples"], planner.Make(kSamples, demand));
  FACET_ASSIGN_OR_RETURN(align.inputs["faces"], planner.Make(kFaces, demand));
  FACET_RETURN_IF_ERROR(
      planner.AddComponent(demand.row, demand.branch + ".aligner", "aligner", &align));
  FACET_RETURN_IF_ERROR(planner.AddImageSource(demand, &align));
  align.settings = Planner::ImageLimit(demand.row, demand.branch);
  const Json faces = Planner::Settings(demand.row, demand.branch + ".faces");
  if (faces.contains("unreadable")) align.settings["unreadable"] = faces["unreadable"];
  const ComponentUse& aligner = align.components["aligner"];
  // One that learns and brings no model.
  if (planner.HasTrait(aligner, Trait::kTrainable) && aligner.options.value("model", "").empty()) {
    FACET_ASSIGN_OR_RETURN(align.inputs["model"], planner.Make(kAlignerModel, demand));
  }
  align.libraries = {"opencv"};
  return planner.Add(std::move(align), demand.row);
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
  type.plan = &Plan;
  return type;
}

}  // namespace facet
