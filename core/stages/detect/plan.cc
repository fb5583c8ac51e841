#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/detect/detect.h"
#include "core/stages/detect/settings.h"

namespace facet {
namespace {

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  StageSpec detect = NewStage("detect", demand.branch + ".detect");
  FACET_ASSIGN_OR_RETURN(detect.inputs["samples"], planner.Make(kSamples, demand));
  FACET_RETURN_IF_ERROR(
      planner.AddComponent(demand.row, demand.branch + ".detector", "detector", &detect));
  FACET_RETURN_IF_ERROR(planner.AddImageSource(demand, &detect));
  detect.shares = {"samples"};
  detect.settings = Planner::Settings(demand.row, demand.branch + ".faces");
  planner.SaidAt("settings", demand.branch + ".faces");
  detect.libraries = {"opencv"};
  return planner.Add(std::move(detect), demand.row);
}

Slot FacesOf(const char* branch) {
  return SettingsSlot<FaceSettings>(std::string(branch) + ".faces",
                                    "image files and choice of face");
}

}  // namespace

StageType DetectStage() {
  StageType type;
  type.name = "detect";
  type.summary = "finds the faces of every image, and chooses the one that is meant";
  type.slots = {
      ComponentSlot("train.detector", "detector", "finds the faces of the training images"),
      FacesOf("train"),
      Required(ComponentSlot("test.detector", "detector", "finds the faces of the test images"),
               {Trait::kShowsCuration}),
      FacesOf("test"),
      InGroup("landmarks", Required(ComponentSlot("landmarks.detector", "detector",
                                                  "finds them, as in the row's images"))),
      InGroup("landmarks", FacesOf("landmarks")),
  };
  type.inputs = {{"samples", kSamples}, {"samples.images", kCuration, true}};
  type.output = kFaces;
  type.grows_with = "samples";
  type.plan = &Plan;
  return type;
}

}  // namespace facet
