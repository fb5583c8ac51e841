#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/json_lines.h"
#include "core/base/status.h"
#include "core/pipeline/findings.h"
#include "core/pipeline/planner.h"
#include "core/pipeline/slots.h"
#include "core/stages/train/settings_check.h"
#include "core/stages/train/train.h"
#include "core/stages/train/weights_plan.h"
#include "core/training/tuple_supply.h"
#include "core/training/weight_settings.h"

namespace facet {
namespace {

// Of one identity in a batch: below, more than half of the batches have none.
constexpr double kEnoughPairs = 0.5;

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

// [{"name", "settings"}...] of what a row names under `path`.
Json NamedSettingsOf(const Row& row, const std::string& path) {
  Json list = Json::array();
  for (const std::string& name : Planner::Names(row, path)) {
    list.push_back({{"name", name}, {"settings", Planner::Settings(row, path + "." + name)}});
  }
  return list;
}

// As ReadTrainSettings takes them.
Json SettingsOf(const Row& row) {
  Json phases = NamedSettingsOf(row, "train.phases");
  for (Json& phase : phases) {
    const std::string path = absl::StrCat("train.phases.", phase["name"].get<std::string>());
    phase["groups"] = NamedSettingsOf(row, path + ".groups");
    phase["schedule"] = Planner::Find(row, path + ".schedule") != nullptr;
  }
  return {{"loop", Planner::Settings(row, "train")},
          {"memory", Planner::Settings(row, "train.memory")},
          {"augmentation", Planner::Names(row, "train.augmentation")},
          {"groups", NamedSettingsOf(row, "train.groups")},
          {"phases", phases}};
}

absl::Status AddParts(Planner& planner, const Row& row, const TrainSettings& settings,
                      StageSpec* train) {
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.optimizer", "optimizer", train));
  FACET_RETURN_IF_ERROR(planner.AddComponent(row, "train.sampler", "sampler", train));
  for (const std::string& name : settings.augmentation) {
    FACET_RETURN_IF_ERROR(planner.AddComponent(row, absl::StrCat("train.augmentation.", name),
                                               absl::StrCat("augmentation.", name), train,
                                               "augmentation"));
  }
  for (const NamedPhase& phase : settings.phases) {
    FACET_RETURN_IF_ERROR(
        planner.AddComponent(row, phase.schedule_slot, phase.schedule_role, train, "schedule"));
  }
  return absl::OkStatus();
}

std::vector<Trial> Trials(const Row& row) {
  if (Planner::Find(row, "train.loss") == nullptr) return {};
  const absl::StatusOr<TrainSettings> settings = ReadTrainSettings(SettingsOf(row));
  if (!settings.ok()) return {};  // the plan says so
  std::vector<Trial> trials = {{"train.sampler"}};
  for (const std::string& name : settings->augmentation) {
    trials.push_back({absl::StrCat("train.augmentation.", name)});
  }
  for (const NamedPhase& phase : settings->phases) {
    trials.push_back({phase.schedule_slot,
                      {{"epochs", phase.epochs},
                       {"warmup_epochs", phase.warmup_epochs},
                       {"validates", settings->loop.validation_share > 0}}});
  }
  return trials;
}

// Where optimiser, schedule, sampler and augmentation were before they were components.
std::vector<MovedKey> MovedKeys() {
  std::vector<MovedKey> moved = {
      {"train.sampler.identities",
       "train.sampler = { use = \"identities\", images = ... }, with train.batch = identities x "
       "images"},
      {"train.optimizer.schedule", "train.schedule.use"},
      {"train.optimizer.loss_rate_factor",
       "train.groups.loss = { tensors = [\"loss.*\"], rate_factor = ... }"},
      {"train.augment.crop", "train.augmentation.crop.place"},
      {"train.augment.flip", "train.augmentation.flip.probability"},
      {"train.augment.zoom_min", "train.augmentation.zoom.min"},
      {"train.augment.zoom_max", "train.augmentation.zoom.max"},
      {"train.augment.rotation_rad", "train.augmentation.rotate.angle_rad"},
      {"train.augment.brightness", "train.augmentation.brightness.strength"},
      {"train.augment.contrast", "train.augmentation.contrast.strength"},
      {"train.augment.saturation", "train.augmentation.saturation.strength"},
      {"train.augment.hue_rad", "train.augmentation.hue.angle_rad"},
      {"train.augment.grey", "train.augmentation.grey.probability"},
      {"train.augment.blur", "train.augmentation.blur.probability"},
      {"train.augment.blur_sigma_min_px", "train.augmentation.blur.sigma_min_px"},
      {"train.augment.blur_sigma_max_px", "train.augmentation.blur.sigma_max_px"},
      {"train.augment.erase", "train.augmentation.erase.probability"},
      {"train.augment.erase_area_min", "train.augmentation.erase.area_min"},
      {"train.augment.erase_area_max", "train.augmentation.erase.area_max"},
      {"train.augment.erase_aspect_min", "train.augmentation.erase.aspect_min"},
  };
  moved.push_back({"train.optimizer.rates", "train.schedule.rates",
                   "of schedules cosine and polynomial: train.schedule.rate"});
  for (const char* name : {"patience", "milestones", "final_rate"}) {
    moved.push_back(
        {absl::StrCat("train.optimizer.", name), absl::StrCat("train.schedule.", name)});
  }
  for (const char* name : {"batch", "epochs", "warmup_epochs", "validation_share", "mean",
                           "clip_norm", "decay_vectors"}) {
    moved.push_back({absl::StrCat("train.optimizer.", name), absl::StrCat("train.", name)});
  }
  return moved;
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
  train.settings = SettingsOf(row);
  planner.SaidAt("settings.loop", "train");
  for (const char* part : {"memory", "augmentation", "groups", "phases", "weights"}) {
    planner.SaidAt(absl::StrCat("settings.", part), absl::StrCat("train.", part));
  }
  planner.SaidAt("inputs.start", "train.start_from");
  const absl::StatusOr<TrainSettings> settings = ReadTrainSettings(train.settings);
  if (!settings.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("row \"", row.id, "\": ", settings.status().message()));
  }
  FACET_RETURN_IF_ERROR(AddParts(planner, row, *settings, &train));
  FACET_RETURN_IF_ERROR(AddWeights(row, &train));
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

// Whether batches will hold tuples for a loss that learns from them. What a miner finds among them,
// and what is left where faces are detected, shows in training.
std::string Foresees(const StageSpec& stage, const HasTraitFunction& has_trait,
                     const std::vector<int64_t>& images_of_identities) {
  const ComponentUse &loss = stage.components.at("loss"), &sampler = stage.components.at("sampler");
  const auto settings = ReadTrainSettings(stage.settings);
  if (!settings.ok() || !has_trait(loss, Trait::kTakesTuples)) return "";
  TupleSupply supply;
  supply.batch = settings->loop.batch;
  for (const int64_t count : images_of_identities) supply.AddIdentity(count);
  const std::string needs =
      absl::StrCat("loss \"", loss.name, "\" learns from images of one identity; ");
  if (supply.with_several == 0) return needs + CureOf(supply);
  const double expected = ExpectedPairs(images_of_identities, supply.batch);
  if (expected >= kEnoughPairs || settings->memory.size > 0 ||
      has_trait(sampler, Trait::kGroupsIdentities)) {
    return "";
  }
  return absl::StrFormat(
      "%sof batches of %d drawn at random from %d images of %d identities at most %.1f %% hold two "
      "of one; %s",
      needs, supply.batch, supply.images, supply.identities, 100 * expected, CureOf(supply));
}

}  // namespace

absl::Status AddWeights(const Row& row, StageSpec* stage) {
  const Json weights = Planner::Settings(row, "train.weights");
  if (weights.value("file", "").empty()) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const auto settings, ReadOptions<WeightSettings>(Dump(weights)));
  FACET_RETURN_IF_ERROR(
      Annotate(CheckWeightSettings(settings), absl::StrCat("row \"", row.id, "\"")));
  stage->settings["weights"] = weights;
  for (const char* option : {"file", "layout"}) {
    const std::string path = weights.value(option, "");
    if (!path.empty()) stage->externals.push_back({absl::StrCat("weights.", option), path});
  }
  return absl::OkStatus();
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
      SettingsSlot<LoopSettings>("train", "the training loop"),
      Default(ComponentSlot("train.sampler", "sampler", "what a batch is made of"), "random"),
      Default(NamedComponents("train.augmentation.*", "augmentation",
                              "variation at every visit, step by step"),
              "crop flip"),
      Default(ComponentSlot("train.optimizer", "optimizer", "how weights follow gradients"), "sgd"),
      Default(ComponentSlot("train.schedule", "schedule", "learning rates"), "plateau"),
      NamedSettings<GroupSettings>("train.groups.*", "tensors that learn in another way"),
      NamedSettings<PhaseSettings>("train.phases.*", "parts of a training, one after the other"),
      NamedComponents("train.phases.*.schedule", "schedule", "of the phase, else train.schedule"),
      NamedSettings<GroupSettings>("train.phases.*.groups.*", "of the phase, beside train.groups"),
      SettingsSlot<MemorySettings>("train.memory", "past embeddings beside those of a batch"),
      SettingsSlot<WeightSettings>("train.weights", "a network from elsewhere"),
      RowSlot("train.start_from",
              "row whose network's layers are copied, each whole, where names and shapes agree"),
  };
  type.moved = MovedKeys();
  type.inputs = {{"crops", kCrops}, {"start", kNetwork, true}};
  type.output = kNetwork;
  type.grows_with = "crops";
  type.artifact_grows = false;
  type.applies = &Applies;
  type.plan = &Plan;
  type.trials = &Trials;
  type.findings = &Findings;
  type.foresees = &Foresees;
  return type;
}

}  // namespace facet
