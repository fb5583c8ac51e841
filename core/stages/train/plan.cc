#include "absl/strings/str_cat.h"
#include "core/base/json_lines.h"
#include "core/base/status.h"
#include "core/pipeline/findings.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/train/settings_check.h"
#include "core/stages/train/train.h"
#include "core/stages/train/weights_plan.h"
#include "core/training/weight_settings.h"

namespace facet {
namespace {

// What the row starts from.
absl::Status AddStart(Planner& planner, const Row& row, StageSpec* train) {
  FACET_ASSIGN_OR_RETURN(const Row* start, planner.FindRow(row, "train.start_from"));
  if (start == nullptr) return absl::OkStatus();
  if (!planner.Has(kNetwork, {*start, ""})) {
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": train.start_from = \"",
                                                   start->id, "\", but that row trains nothing"));
  }
  FACET_ASSIGN_OR_RETURN(train->inputs["start"], planner.Make(kNetwork, {*start, ""}));
  return absl::OkStatus();
}

bool Applies(const Planner&, const Demand& demand) {
  return Planner::Find(demand.row, "train.loss") != nullptr;
}

absl::StatusOr<int> Plan(Planner& planner, const Demand& demand) {
  const Row& row = demand.row;
  StageSpec train = NewStage("train", "train");
  FACET_RETURN_IF_ERROR(AddStart(planner, row, &train));
  FACET_ASSIGN_OR_RETURN(train.inputs["crops"], planner.Make(kCrops, {row, "train"}));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.architecture", "architecture", &train));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.loss", "loss", &train));
  if (Planner::Find(row, "train.miner") != nullptr) {
    FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.miner", "miner", &train));
  }
  train.settings = {{"optimizer", Planner::Settings(row, "train.optimizer")},
                    {"augment", Planner::Settings(row, "train.augment")},
                    {"sampler", Planner::Settings(row, "train.sampler")},
                    {"memory", Planner::Settings(row, "train.memory")}};
  if (const absl::Status status = ReadTrainSettings(train.settings).status(); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("row \"", row.id, "\": ", status.message()));
  }
  AddWeights(row, &train);
  Planner::SetSeed(row, "train", &train);
  planner.SetNumerics(row, &train);
  train.libraries = {"torch", "opencv"};
  return planner.Add(std::move(train), row);
}

// Curves from the log, which has an object per epoch.
absl::StatusOr<StageFindings> Findings(const StoredFiles& files) {
  StageFindings findings;
  const std::string path = files.path("log.jsonl");
  if (path.empty()) return findings;
  FACET_ASSIGN_OR_RETURN(const std::vector<Json> lines, ReadJsonLines(path));
  struct Shown {
    const char *field, *name, *y_label;
  };
  for (const Shown& shown :
       {Shown{"loss", "training loss", "loss"}, Shown{"validation_loss", "validation loss", "loss"},
        Shown{"accuracy", "validation accuracy", "accuracy"}}) {
    Curve curve;
    curve.name = shown.name;
    curve.x_label = "epoch";
    curve.y_label = shown.y_label;
    for (const Json& line : lines) {
      if (!line.is_object() || !line.contains("epoch") || !line.contains(shown.field)) continue;
      if (!line["epoch"].is_number() || !line[shown.field].is_number()) continue;
      curve.x.push_back(line["epoch"].get<double>());
      curve.y.push_back(line[shown.field].get<double>());
    }
    if (!curve.x.empty()) findings.training.push_back(std::move(curve));
  }
  return findings;
}

}  // namespace

void AddWeights(const Row& row, StageSpec* stage) {
  const Json weights = Planner::Settings(row, "train.weights");
  if (weights.value("file", "").empty()) return;
  stage->settings["weights"] = weights;
  for (const char* option : {"file", "layout"}) {
    const std::string path = weights.value(option, "");
    if (!path.empty()) stage->externals.push_back({absl::StrCat("weights.", option), path});
  }
}

StageType TrainStage() {
  StageType type;
  type.name = "train";
  type.summary = "trains the row's network on its training crops";
  type.slots = {
      // Evaluators of detectors and of aligners need no network.
      Required(ComponentSlot("train.architecture", "architecture", "the network"),
               {Trait::kScoresDetections, Trait::kScoresLandmarks, Trait::kShowsCuration}),
      ComponentSlot("train.loss", "loss",
                    "absent: nothing is trained, the architecture only infers"),
      ComponentSlot("train.miner", "miner", "tuples for the loss"),
      SettingsSlot<AugmentSettings>("train.augment", "variation at every visit"),
      SettingsSlot<OptimizerSettings>("train.optimizer", "optimiser and schedule"),
      SettingsSlot<SamplerSettings>("train.sampler", "what a batch is made of"),
      SettingsSlot<MemorySettings>("train.memory", "past embeddings beside those of a batch"),
      SettingsSlot<WeightSettings>("train.weights", "a network from elsewhere"),
      RowSlot("train.start_from",
              "row whose network's layers are copied where name and shape agree"),
  };
  type.inputs = {{"crops", kCrops}, {"start", kNetwork, true}};
  type.output = kNetwork;
  type.applies = &Applies;
  type.plan = &Plan;
  type.findings = &Findings;
  return type;
}

}  // namespace facet
