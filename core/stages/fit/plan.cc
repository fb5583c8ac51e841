#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/stages/fit/fit.h"

namespace facet {
namespace {

// For the aligner of the demand's branch, from the row's `landmarks`.
absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  const Demand landmarks = {row, "landmarks"};
  const std::string slot = demand.branch + ".aligner";
  StageSpec fit = NewStage("fit", "landmarks.fit");
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, slot, "aligner", &fit));
  if (Planner::Find(row, "landmarks.data") == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": ", slot, " = \"", fit.components["aligner"].name,
                     "\" has no model; give ", slot,
                     ".model = \"FILE\", or faces to train it on: landmarks = "
                     "{ data = { use = \"...\" }, detector = { use = \"...\" } }"));
  }
  FACET_ASSIGN_OR_RETURN(fit.inputs["samples"], planner.Make(kSamples, landmarks));
  FACET_ASSIGN_OR_RETURN(fit.inputs["faces"], planner.Make(kFaces, landmarks));
  FACET_RETURN_IF_ERROR(planner.AddImageSource(landmarks, &fit));
  fit.shares = {"samples"};
  fit.settings = Planner::ImageLimit(row, "landmarks");
  planner.SaidAt("settings", "landmarks.faces");
  fit.libraries = {"opencv"};
  Planner::SetSeed(row, "fit", &fit);
  return planner.Add(std::move(fit), row);
}

}  // namespace

StageType FitStage() {
  StageType type;
  type.name = "fit";
  type.summary = "trains an aligner that learns, on faces with known landmarks";
  type.inputs = {{"samples", kSamples}, {"faces", kFaces}, {"samples.images", kCuration, true}};
  type.output = kAlignerModel;
  type.grows_with = "samples";
  type.plan = &Plan;
  return type;
}

}  // namespace facet
