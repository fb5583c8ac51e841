#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/layers/layers.h"

namespace facet {
namespace {

absl::StatusOr<int> Plan(Planner& planner, const Row& row, const Json& settings) {
  if (Planner::Find(row, "train.architecture") == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "row \"", row.id, "\" has no network; name one that has a train.architecture"));
  }
  StageSpec layers = NewStage("layers", "layers");
  layers.settings = settings;
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.architecture", "architecture", &layers));
  if (settings.value("classes", int64_t{0}) > 0) {
    if (Planner::Find(row, "train.loss") == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "row \"", row.id, "\" has no train.loss, so nothing of it depends on the people"));
    }
    FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.loss", "loss", &layers));
  }
  layers.libraries = {"torch"};
  return planner.Add(std::move(layers), row);
}

}  // namespace

StageType LayersStage() {
  StageType type;
  type.name = "layers";
  type.summary = "what a row's network is built of";
  type.output = kLayers;
  type.plan_request = &Plan;
  return type;
}

}  // namespace facet
