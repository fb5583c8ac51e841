#include <algorithm>

#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/describe/describe.h"
#include "core/stages/describe/settings.h"
#include "core/stages/train/weights_plan.h"

namespace facet {
namespace {

// The test set at its scales, the training set at the size of its crops.
Json Scales(const Demand& demand) {
  if (demand.branch == "test") {
    return Planner::Settings(demand.row, "test.crops").value("scales", Json::array());
  }
  return Json::array({Planner::Settings(demand.row, "train.crops").at("size_px")});
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  const bool test = demand.branch == "test";
  StageSpec describe = NewStage("describe", test ? "describe" : demand.branch + ".describe");
  const Json scales = Scales(demand);
  if (scales.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": ", demand.branch,
                     ".crops.scales is empty; give at least one size in px"));
  }
  int64_t size_px = 0;
  for (const Json& scale : scales) size_px = std::max(size_px, scale.get<int64_t>());
  FACET_ASSIGN_OR_RETURN(describe.inputs["crops"],
                         planner.Make(kCrops, {row, demand.branch, size_px}));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.architecture", "architecture", &describe));
  describe.settings = Planner::Settings(row, "test.crops");
  // How the crops were stored is the pack stage's affair.
  describe.settings.erase("encoding");
  describe.settings.erase("jpeg_quality");
  planner.SaidAt("settings", "test.crops");
  planner.SaidAt("settings.weights", "train.weights");
  if (!test) {
    describe.settings["scales"] = scales;
    planner.SaidAt("settings.scales", "train.crops.size_px");
  }
  if (planner.Has(kNetwork, {row, ""})) {
    FACET_ASSIGN_OR_RETURN(describe.inputs["model"], planner.Make(kNetwork, {row, ""}));
  } else {
    FACET_RETURN_IF_ERROR(AddWeights(row, &describe));
    const ComponentUse& architecture = describe.components.at("architecture");
    if (!planner.HasTrait(architecture, Trait::kFixed) && !describe.settings.contains("weights")) {
      return absl::InvalidArgumentError(absl::StrCat(
          "row \"", row.id, "\": nothing trains the network \"", architecture.name,
          "\", so its weights would be random; add train.loss, or weights: train.weights.file"));
    }
  }
  planner.SetNumerics(row, &describe);
  describe.libraries = {"torch", "opencv"};
  return planner.Add(std::move(describe), row);
}

}  // namespace

StageType DescribeStage() {
  StageType type;
  type.name = "describe";
  type.summary = "one descriptor per crop, averaged over its views";
  type.slots = {SettingsSlot<TestCropSettings>("test.crops", "views that are averaged")};
  type.inputs = {{"crops", kCrops}, {"model", kNetwork, true}};
  type.output = kDescriptors;
  type.grows_with = "crops";
  type.plan = &Plan;
  return type;
}

}  // namespace facet
