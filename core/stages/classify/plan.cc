#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/stages/classify/classify.h"

namespace facet {
namespace {

bool Applies(const Planner& planner, const Demand& demand) {
  return planner.Has(kNetwork, {demand.row, ""});
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  StageSpec classify = NewStage("classify", "train.classify");
  FACET_ASSIGN_OR_RETURN(classify.inputs["model"], planner.Make(kNetwork, {row, ""}));
  FACET_ASSIGN_OR_RETURN(classify.inputs["descriptors"],
                         planner.Make(kDescriptors, {row, "train"}));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.loss", "loss", &classify));
  planner.SetNumerics(row, &classify);
  classify.libraries = {"torch"};
  return planner.Add(std::move(classify), row);
}

}  // namespace

StageType ClassifyStage() {
  StageType type;
  type.name = "classify";
  type.summary = "how probable the row's network finds each training face's own identity";
  type.inputs = {{"descriptors", kDescriptors}, {"model", kNetwork}};
  type.output = kScores;
  type.grows_with = "descriptors";
  type.applies = &Applies;
  type.plan = &Plan;
  return type;
}

}  // namespace facet
