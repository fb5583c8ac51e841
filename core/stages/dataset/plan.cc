#include "absl/strings/str_cat.h"
#include "core/base/status.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/dataset/dataset.h"
#include "core/stages/dataset/settings.h"

namespace facet {
namespace {

// The lists of people that are left out of the training set; none given: as if there were no such
// setting.
void AddHoldout(const Row& row, StageSpec* dataset) {
  const Json lists = Planner::Settings(row, "train.holdout");
  for (const auto& [option, path] : lists.items()) {
    if (path.get_ref<const std::string&>().empty()) continue;
    dataset->settings["holdout"][option] = path;
    dataset->externals.push_back({absl::StrCat("holdout.", option), path, false});
  }
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  StageSpec dataset = NewStage("dataset", demand.branch + ".dataset");
  FACET_RETURN_IF_ERROR(
      planner.AddComponent(demand.row, demand.branch + ".data", "data", &dataset, "dataset"));
  if (demand.branch == "train") AddHoldout(demand.row, &dataset);
  planner.SaidAt("settings.holdout", "train.holdout");
  FACET_ASSIGN_OR_RETURN(const int curation, planner.CurationOfData(demand));
  if (curation >= 0) {
    dataset.inputs["curation"] = curation;
    if (const int folder = planner.ImagesOf(curation); folder >= 0) {
      dataset.inputs["images"] = folder;
      dataset.folders["curation"] = "images";
    }
  }
  return planner.Add(std::move(dataset), demand.row);
}

}  // namespace

StageType DatasetStage() {
  StageType type;
  type.name = "dataset";
  type.summary = "reads or renders a data set: its samples, and the protocol of a test set";
  type.slots = {
      ComponentSlot("train.data", "dataset", "training images"),
      SettingsSlot<HoldoutSettings>("train.holdout", "people who are left out"),
      Required(ComponentSlot("test.data", "dataset", "test images and protocol"),
               {Trait::kShowsCuration}),
      InGroup("landmarks",
              Required(ComponentSlot("landmarks.data", "dataset",
                                     "faces with landmarks, from which the row's aligners learn"))),
  };
  type.inputs = {{"curation", kCuration, true}, {"images", kCuration, true}};
  type.output = kSamples;
  type.plan = &Plan;
  return type;
}

}  // namespace facet
