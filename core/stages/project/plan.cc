#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/project/project.h"
#include "core/stages/project/settings.h"

namespace facet {
namespace {

bool Applies(const Planner&, const Demand& demand) {
  return Planner::Find(demand.row, "embed") != nullptr;
}

// On "folds" it learns from the test set, on "train" from the training set.
absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  StageSpec project = NewStage("project", "project");
  project.settings = Planner::Settings(row, "embed");
  const bool on_train = project.settings.value("on", "folds") == "train";
  const Demand learned_from = {row, on_train ? "train" : "test"};
  FACET_ASSIGN_OR_RETURN(project.inputs["descriptors"], planner.Make(kDescriptors, learned_from));
  FACET_ASSIGN_OR_RETURN(project.inputs["samples"], planner.Make(kSamples, learned_from));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "embed.loss", "loss", &project));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "embed.miner", "miner", &project));
  if (project.settings.value("unit", "samples") == "templates") {
    if (on_train) {
      return absl::InvalidArgumentError(
          absl::StrCat("row \"", row.id,
                       "\": embed.unit = \"templates\" needs the test set's "
                       "templates: set embed.on = \"folds\""));
    }
    FACET_RETURN_IF_ERROR(planner.AddComponent(row, "test.evaluator", "evaluator", &project));
  }
  // Declared by the evaluator that chooses thresholds; a W' of the training set has seen nobody.
  if (!on_train &&
      Planner::Settings(row, "test.evaluator").value("threshold_from", "") == "held_out_fold") {
    project.settings[kThresholdHeldOut] = true;
  }
  planner.SaidAt("settings", "embed");
  planner.SaidAt(absl::StrCat("settings.", kThresholdHeldOut), "test.evaluator.threshold_from");
  Planner::SetSeed(row, "embed", &project);
  planner.SetNumerics(row, &project);
  project.libraries = {"torch"};
  return planner.Add(std::move(project), row);
}

}  // namespace

StageType ProjectStage() {
  StageType type;
  type.name = "project";
  type.summary = "learns the projection W' on frozen descriptors (the paper's triplet embedding)";
  type.slots = {
      InGroup("embed", SettingsSlot<ProjectSettings>("embed", "learned projection W'")),
      InGroup("embed", Required(ComponentSlot("embed.loss", "loss", "of the projection"))),
      InGroup("embed", Required(ComponentSlot("embed.miner", "miner", "tuples for it"))),
  };
  type.inputs = {{"descriptors", kDescriptors}, {"samples", kSamples}};
  type.output = kProjection;
  type.grows_with = "descriptors";
  type.artifact_grows = false;
  type.applies = &Applies;
  type.plan = &Plan;
  return type;
}

}  // namespace facet
