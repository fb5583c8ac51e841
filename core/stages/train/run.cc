#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/api/architecture.h"
#include "core/api/augmentation.h"
#include "core/api/loss.h"
#include "core/api/miner.h"
#include "core/api/optimizer.h"
#include "core/api/sampler.h"
#include "core/api/schedule.h"
#include "core/base/random.h"
#include "core/pipeline/room.h"
#include "core/pipeline/sample_images.h"
#include "core/records/crops.h"
#include "core/stages/train/settings_check.h"
#include "core/stages/train/train.h"
#include "core/training/augmenter.h"
#include "core/training/batches.h"
#include "core/training/crop_set.h"
#include "core/training/model.h"
#include "core/training/reduce.h"
#include "core/training/split.h"
#include "core/training/tensors.h"
#include "core/training/trainer.h"
#include "core/training/weight_source.h"

namespace facet {
namespace {

// Of batches without tuples: what a schedule can be expected to bear without a word.
constexpr double kShareToBeSaid = 0.1;

struct Parts {
  std::unique_ptr<Architecture> architecture;
  std::unique_ptr<Loss> loss;
  std::unique_ptr<Miner> miner;  // may be null
  std::unique_ptr<Optimizer> optimizer;
  std::unique_ptr<Sampler> sampler;
  std::vector<std::unique_ptr<Augmentation>> augmentation;     // as the settings list them
  std::map<std::string, std::unique_ptr<Schedule>> schedules;  // by role
};

absl::StatusOr<Parts> CreateParts(StageContext& context, const TrainSettings& settings) {
  Parts parts;
  FACET_ASSIGN_OR_RETURN(parts.architecture, context.Create<Architecture>("architecture"));
  if (!parts.architecture->trainable()) {
    return absl::InvalidArgumentError(
        absl::StrCat("architecture ", context.component_name("architecture"),
                     " only infers; take train.loss out (a row that inherits it: unset = "
                     "[\"train.loss\"]), or name one that can be trained"));
  }
  FACET_ASSIGN_OR_RETURN(parts.loss, context.Create<Loss>("loss"));
  if (context.has_component("miner")) {
    FACET_ASSIGN_OR_RETURN(parts.miner, context.Create<Miner>("miner"));
  }
  FACET_RETURN_IF_ERROR(CheckMiner(*parts.loss, parts.miner.get(), MinerScope::kBatch, "train"));
  FACET_ASSIGN_OR_RETURN(parts.optimizer, context.Create<Optimizer>("optimizer"));
  FACET_ASSIGN_OR_RETURN(parts.sampler, context.Create<Sampler>("sampler"));
  for (const std::string& name : settings.augmentation) {
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<Augmentation> step,
                           context.Create<Augmentation>(absl::StrCat("augmentation.", name)));
    parts.augmentation.push_back(std::move(step));
  }
  for (const NamedPhase& phase : settings.phases) {
    if (parts.schedules.count(phase.schedule_role) > 0) continue;
    FACET_ASSIGN_OR_RETURN(parts.schedules[phase.schedule_role],
                           context.Create<Schedule>(phase.schedule_role));
  }
  return parts;
}

absl::StatusOr<std::unique_ptr<CropSet>> OpenCrops(StageContext& context, int64_t input_px) {
  FACET_ASSIGN_OR_RETURN(const std::string crops, context.InputFile("crops", "crops.mdb"));
  FACET_ASSIGN_OR_RETURN(const std::string records, context.InputFile("crops", "crops.jsonl"));
  FACET_ASSIGN_OR_RETURN(std::unique_ptr<CropSet> set,
                         CropSet::Open(crops, records, context.threads()));
  FACET_RETURN_IF_ERROR(set->CheckLargeEnough(input_px, "train.crops.size_px"));
  return set;
}

LabelledRows LabelCrops(const CropSet& crops) {
  std::vector<std::string> identities;
  for (const CropRecord& record : crops.records()) identities.push_back(record.identity);
  return LabelRows(identities);
}

absl::Status CountImages(const LabelledRows& rows, const Split& split, StageContext& context,
                         Json* counts) {
  if (rows.classes.size() < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("training needs images of at least two identities, there ",
                     rows.classes.size() == 1 ? "is one" : "are none"));
  }
  const auto count = [&](const char* name, size_t value) {
    (*counts)[name] = value;
    context.Count(name, static_cast<int64_t>(value));
  };
  count("identities", rows.classes.size());
  count("training images", split.training.size());
  count("validation images", split.validation.size());
  const auto nameless = std::count(rows.labels.begin(), rows.labels.end(), -1);
  if (nameless > 0) count("images without identity", static_cast<size_t>(nameless));
  return absl::OkStatus();
}

// "conv1_1, fc6" of conv1_1.weight, conv1_1.bias, fc6.weight.
std::string LayerNames(const std::vector<std::string>& tensors) {
  std::vector<std::string> layers;
  for (const std::string& tensor : tensors) {
    const std::string layer = tensor.substr(0, tensor.rfind('.'));
    if (layers.empty() || layers.back() != layer) layers.push_back(layer);
  }
  return layers.empty() ? "none" : absl::StrJoin(layers, ", ");
}

absl::Status Start(StageContext& context, Parts& parts, Model* model) {
  if (!context.has_input("start")) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("start", "model.json"));
  FACET_ASSIGN_OR_RETURN(const std::string weights,
                         context.InputFile("start", "weights.safetensors"));
  FACET_ASSIGN_OR_RETURN(const Model from, ReadModel(path, weights));
  FACET_ASSIGN_OR_RETURN(model->start, CopyLayers(from, *model, *parts.architecture, *parts.loss));
  context.Notice(
      absl::StrCat("Layers taken from the start network: ", LayerNames(model->start.at("copied")),
                   "; drawn anew: ", LayerNames(model->start.at("new")),
                   "; not used: ", LayerNames(model->start.at("unused")), "."));
  if (const auto incomplete = model->start.at("incomplete").get<std::vector<std::string>>();
      !incomplete.empty()) {
    context.Notice(absl::StrCat("Of ", absl::StrJoin(incomplete, ", "),
                                " the start network has some tensors and not all; a layer is taken "
                                "whole or not at all."));
  }
  return absl::OkStatus();
}

// The start values that train.weights names. Layers of a start network come after, over them.
absl::Status StartFromFile(const WeightSettings& settings, const StoredTensors& stored,
                           StageContext& context, Architecture& architecture) {
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> unused,
                         LoadForeignWeights(stored, settings.file, architecture));
  context.Notice(absl::StrCat("Training begins with the weights of a file; its tensors not used: ",
                              unused.empty() ? "none" : absl::StrJoin(unused, ", "), "."));
  return absl::OkStatus();
}

std::vector<TrainerPhase> MakePhases(const StageContext& context, const TrainSettings& settings,
                                     const Parts& parts) {
  std::vector<TrainerPhase> phases;
  for (const NamedPhase& named : settings.phases) {
    TrainerPhase phase;
    phase.name = named.name;
    phase.schedule = parts.schedules.at(named.schedule_role).get();
    phase.schedule_name = context.component_name(named.schedule_role);
    phase.schedule_slot = named.schedule_slot;
    phase.epochs = named.epochs;
    phase.warmup_epochs = named.warmup_epochs;
    phase.groups = named.groups;
    phases.push_back(std::move(phase));
  }
  return phases;
}

// Of the learned tensors those that do not begin as this training draws them.
std::set<std::string> CopiedTensors(const Model& model, bool from_file,
                                    Architecture& architecture) {
  std::set<std::string> copied;
  if (from_file) {
    for (const NamedTensor& named : architecture.Parameters()) copied.insert(named.name);
  }
  if (!model.start.is_null()) {
    for (const std::string name : model.start.at("copied")) copied.insert(name);
  }
  return copied;
}

TrainerOptions MakeTrainerOptions(StageContext& context, const TrainSettings& settings,
                                  const Parts& parts, const Numerics& numerics) {
  TrainerOptions options;
  options.optimizer = context.component_name("optimizer");
  options.sampler = context.component_name("sampler");
  options.loop = settings.loop;
  options.memory = settings.memory;
  options.phases = MakePhases(context, settings, parts);
  options.numerics = numerics;
  options.seed = DeriveSeed(context.seed(), "steps");
  options.loader_threads = std::max(1, context.threads() / 2);
  options.checkpoint_dir = context.checkpoint_dir();
  return options;
}

// A loss that takes tuples can be validated on identities of which several images are held out, and
// on batches in which they stand together.
Split MakeSplit(const LabelledRows& rows, const TrainSettings& settings, const Parts& parts,
                uint64_t seed) {
  const bool in_tuples = parts.loss->takes() != TupleKind::kNone;
  Split split = SplitRows(rows.labels, settings.loop.validation_share, seed, in_tuples ? 2 : 1);
  if (!in_tuples) return split;
  const int64_t images = std::max<int64_t>(2, parts.sampler->images_together());
  split.validation = GroupByIdentity(rows.labels, split.validation, images);
  return split;
}

// Before the first step.
absl::Status SayWhatBatchesHold(StageContext& context, const TrainSettings& settings,
                                const Parts& parts, const Batches& batches) {
  const int64_t batch = settings.loop.batch, images = batches.num_training_images();
  if (images < batch) {
    context.Notice(absl::StrCat(
        "train.batch = ", batch, ", but there are ", images, " training images: ",
        parts.sampler->repeats() ? "a step may show one of them again." : "a step has as many."));
  }
  const int64_t micro_batch = settings.loop.micro_batch > 0 ? settings.loop.micro_batch : batch;
  if (std::min(micro_batch, std::min(batch, images)) == 1 &&
      !parts.architecture->Buffers().empty()) {
    context.Notice(absl::StrCat(
        micro_batch < batch ? "train.micro_batch" : "train.batch", " = 1: what architecture \"",
        context.component_name("architecture"),
        "\" normalises by the statistics of a batch, it normalises by those of one image."));
  }
  if (parts.loss->takes() == TupleKind::kNone || settings.memory.size > 0) return absl::OkStatus();
  int64_t epochs = 0;
  for (const NamedPhase& phase : settings.phases) epochs += phase.epochs;
  FACET_ASSIGN_OR_RETURN(const TupleSupply supply, batches.Supply(epochs));
  const std::string sampler = context.component_name("sampler");
  const double most = settings.loop.most_without_tuples;
  // The loss would take an image with itself for a pair, so that no step shows it.
  if (supply.share_of_itself() > most) {
    return absl::InvalidArgumentError(absl::StrCat(
        context.component_name("loss"), " has nothing to learn from: ", TextOf(supply, sampler),
        "; ", CureOf(supply), " (train.most_without_tuples = ", most, ")"));
  }
  if (supply.share_without() >= kShareToBeSaid) {
    context.Notice(
        absl::StrCat("Before training: ", TextOf(supply, sampler), "; ", CureOf(supply), "."));
  }
  if (supply.pairs_share_of_itself() >= kShareToBeSaid) {
    context.Notice(absl::StrCat("Before training: ", TextOfItself(supply, sampler),
                                supply.with_several < 2 ? "" : "; " + CureOf(supply), "."));
  }
  return absl::OkStatus();
}

void CountSteps(const Trainer& trainer, StageContext& context) {
  if (!trainer.takes_tuples()) return;
  context.Count("steps", trainer.num_steps());
  context.Count("steps without tuples", trainer.num_without_tuples());
}

Augmenter MakeAugmenter(const TrainSettings& settings, const Parts& parts, int64_t size_px) {
  std::vector<AugmentationStep> steps;
  for (size_t i = 0; i < settings.augmentation.size(); ++i) {
    steps.push_back({absl::StrCat("train.augmentation.", settings.augmentation[i]),
                     parts.augmentation[i].get()});
  }
  return Augmenter(std::move(steps), size_px);
}

Model ModelOf(const StageContext& context, const LabelledRows& rows) {
  Model model;
  model.architecture = context.component_name("architecture");
  model.architecture_options = context.component_options("architecture");
  model.loss = context.component_name("loss");
  model.classes = rows.classes;
  model.precision = context.precision();
  return model;
}

// The weights, their gradients where all learn, and the file of weights at the end: more is needed
// for certain (the optimiser's state, activations), but how much is not known before the first
// step.
absl::Status CheckRoom(const StageContext& context, const Parts& parts,
                       const TrainSettings& settings) {
  int64_t weights = 0;
  for (const auto& tensors : {parts.architecture->Parameters(), parts.loss->Parameters()}) {
    for (const NamedTensor& each : tensors) {
      if (each.tensor.defined()) weights += each.tensor.numel();
    }
  }
  constexpr int64_t kBytes = sizeof(float);
  const std::string what = absl::StrCat(weights, " weights");
  FACET_RETURN_IF_ERROR(CheckDisk(context.output_dir(), weights * kBytes, what));
  const bool all_learn = settings.phases.size() == 1 && settings.phases[0].groups.empty();
  return CheckMemory(weights * kBytes * (all_learn ? 2 : 1),
                     absl::StrCat(what, all_learn ? " and their gradients" : ""));
}

absl::Status Initialize(const StageContext& context, size_t num_classes, Parts& parts) {
  parts.architecture->Initialize(DeriveSeed(context.seed(), "architecture"));
  return parts.loss->Initialize(parts.architecture->dimension(), static_cast<int64_t>(num_classes),
                                DeriveSeed(context.seed(), "loss"));
}

absl::StatusOr<ObjectiveParts> ObjectivePartsOf(const StageContext& context, const Parts& parts) {
  ObjectiveParts of = {*parts.architecture,
                       *parts.loss,
                       parts.miner.get(),
                       context.component_name("architecture"),
                       context.component_name("loss"),
                       parts.miner == nullptr ? "" : context.component_name("miner")};
  FACET_ASSIGN_OR_RETURN(const Traits of_loss, context.component_traits("loss"));
  if (of_loss.Has(Trait::kComparesAnchors)) {
    of.anchor_loss = static_cast<AnchorLoss*>(parts.loss.get());
  }
  if (parts.miner == nullptr) return of;
  FACET_ASSIGN_OR_RETURN(const Traits of_miner, context.component_traits("miner"));
  if (of_miner.Has(Trait::kMinesForAnchors)) {
    of.anchor_miner = static_cast<AnchorMiner*>(parts.miner.get());
  }
  return of;
}

TrainerHooks HooksOf(StageContext& context) {
  TrainerHooks hooks;
  hooks.progress = [&context](int64_t done, int64_t total, const std::string& note) {
    context.Progress(done, total, "images", note);
  };
  hooks.stop_requested = [&context] { return context.stop_requested(); };
  return hooks;
}

}  // namespace

absl::Status RunTrain(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const TrainSettings settings, ReadTrainSettings(context.settings()));
  UseOneOpenCvThread();  // batches are made by several of our own
  FACET_ASSIGN_OR_RETURN(const Numerics numerics,
                         PrepareTorch(context.device(), context.precision(), context.threads()));
  FACET_ASSIGN_OR_RETURN(Parts parts, CreateParts(context, settings));
  const NetworkInput input = parts.architecture->input();
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CropSet> crops, OpenCrops(context, input.size_px));
  const LabelledRows rows = LabelCrops(*crops);
  const Split split = MakeSplit(rows, settings, parts, DeriveSeed(context.seed(), "split"));

  Model model = ModelOf(context, rows);
  FACET_RETURN_IF_ERROR(CountImages(rows, split, context, &model.counts));
  WeightSettings weights;
  StoredTensors foreign;
  if (context.settings().contains("weights")) {
    FACET_ASSIGN_OR_RETURN(weights,
                           ReadOptions<WeightSettings>(Dump(context.settings().at("weights"))));
    FACET_ASSIGN_OR_RETURN(foreign, ReadForeignWeights(weights));
  }
  FACET_ASSIGN_OR_RETURN(ForeignInput format,
                         ForeignInputOf(weights, foreign, InputFormatOf(input)));
  model.input = std::move(format.format);
  if (!format.fixed_mean && input.mean_bgr.empty() && settings.loop.mean != "none") {
    FACET_ASSIGN_OR_RETURN(model.input.mean_bgr, MeasureMean(*crops, split.training, input.size_px,
                                                             settings.loop.mean == "image"));
  }

  FACET_RETURN_IF_ERROR(Initialize(context, rows.classes.size(), parts));
  FACET_RETURN_IF_ERROR(CheckRoom(context, parts, settings));
  if (!weights.file.empty()) {
    FACET_RETURN_IF_ERROR(StartFromFile(weights, foreign, context, *parts.architecture));
  }
  FACET_RETURN_IF_ERROR(Start(context, parts, &model));
  const Batches batches(*crops, rows.labels, split, settings.loop.batch, *parts.sampler,
                        MakeAugmenter(settings, parts, model.input.size_px), model.input,
                        DeriveSeed(context.seed(), "batches"));
  FACET_RETURN_IF_ERROR(batches.CheckSampler());
  FACET_RETURN_IF_ERROR(SayWhatBatchesHold(context, settings, parts, batches));
  TrainerOptions options = MakeTrainerOptions(context, settings, parts, numerics);
  options.copied = CopiedTensors(model, !weights.file.empty(), *parts.architecture);
  FACET_ASSIGN_OR_RETURN(const ObjectiveParts objective, ObjectivePartsOf(context, parts));
  Trainer trainer(objective, *parts.optimizer, batches, std::move(options), HooksOf(context));
  FACET_RETURN_IF_ERROR(trainer.Run());
  CountSteps(trainer, context);
  model.log = trainer.log();
  return WriteModel(model, trainer.Weights(), context.output_dir());
}

}  // namespace facet
