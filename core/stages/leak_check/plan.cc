#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/leak_check/leak_check.h"
#include "core/stages/leak_check/settings.h"

namespace facet {
namespace {

bool Applies(const Planner&, const Demand& demand) {
  return Planner::Find(demand.row, "leaks") != nullptr;
}

// Before any training, if faces are not compared: a leak shows before hours are spent.
absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  planner.SaidAt("settings", "leaks");
  planner.SaidAt("settings.max_megapixels", "test.faces.max_megapixels");
  const Demand test = {row, "test"}, train = {row, "train"};
  StageSpec check = NewStage("leak_check", "leak_check");
  check.settings = Planner::Settings(row, "leaks");
  check.settings.update(Planner::ImageLimit(row, "test"));
  FACET_ASSIGN_OR_RETURN(check.inputs["samples"], planner.Make(kSamples, test));
  FACET_ASSIGN_OR_RETURN(check.inputs["train"], planner.Make(kSamples, train));
  if (check.settings.value("images", "off") != "off") {
    FACET_RETURN_IF_ERROR(planner.AddImageSource(test, &check));
    FACET_RETURN_IF_ERROR(planner.AddImageSource(train, &check, "train", "train"));
  }
  check.libraries = {"opencv"};
  if (check.settings.value("embedding", 0.0) > 0.0) {
    FACET_ASSIGN_OR_RETURN(check.inputs["descriptors"], planner.Make(kDescriptors, test));
    FACET_ASSIGN_OR_RETURN(check.inputs["train_descriptors"], planner.Make(kDescriptors, train));
    check.libraries.emplace_back("torch");
  }
  return planner.Add(std::move(check), row);
}

}  // namespace

StageType LeakCheckStage() {
  StageType type;
  type.name = "leak_check";
  type.summary = "looks for people and images of the test set in the training set";
  type.slots = {
      InGroup("leaks", SettingsSlot<LeakSettings>("leaks", "is the test set in the training set?")),
  };
  type.inputs = {{"samples", kSamples},
                 {"train", kSamples},
                 {"samples.images", kCuration, true},
                 {"train.images", kCuration, true},
                 {"descriptors", kDescriptors, true},
                 {"train_descriptors", kDescriptors, true}};
  type.output = kLeaks;
  type.applies = &Applies;
  type.plan = &Plan;
  return type;
}

}  // namespace facet
