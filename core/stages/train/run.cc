#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/api/miner.h"
#include "core/base/random.h"
#include "core/pipeline/sample_images.h"
#include "core/records/crops.h"
#include "core/stages/train/settings_check.h"
#include "core/stages/train/train.h"
#include "core/training/batches.h"
#include "core/training/crop_set.h"
#include "core/training/model.h"
#include "core/training/reduce.h"
#include "core/training/sampler.h"
#include "core/training/split.h"
#include "core/training/tensors.h"
#include "core/training/trainer.h"
#include "core/training/weight_source.h"

namespace facet {
namespace {

struct Parts {
  std::unique_ptr<Architecture> architecture;
  std::unique_ptr<Loss> loss;
  std::unique_ptr<Miner> miner;  // may be null
};

absl::StatusOr<Parts> CreateParts(StageContext& context) {
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

TrainerOptions MakeTrainerOptions(StageContext& context, const TrainSettings& settings,
                                  const Numerics& numerics) {
  TrainerOptions options;
  options.architecture = context.component_name("architecture");
  options.loss = context.component_name("loss");
  if (context.has_component("miner")) options.miner = context.component_name("miner");
  options.optimizer = settings.optimizer;
  options.memory = settings.memory;
  options.numerics = numerics;
  options.seed = DeriveSeed(context.seed(), "steps");
  options.loader_threads = std::max(1, context.threads() / 2);
  options.checkpoint_dir = context.checkpoint_dir();
  return options;
}

// A loss that takes tuples can be validated on identities of which several images are held out, and
// on batches in which they stand together.
Split MakeSplit(const LabelledRows& rows, const TrainSettings& settings, bool in_tuples,
                uint64_t seed) {
  Split split =
      SplitRows(rows.labels, settings.optimizer.validation_share, seed, in_tuples ? 2 : 1);
  if (!in_tuples) return split;
  const int64_t images = settings.sampler.use == "identities" ? settings.sampler.images : 2;
  split.validation = GroupByIdentity(rows.labels, split.validation, images);
  return split;
}

}  // namespace

absl::Status RunTrain(StageContext& context) {
  FACET_ASSIGN_OR_RETURN(const TrainSettings settings, ReadTrainSettings(context.settings()));
  UseOneOpenCvThread();  // batches are made by several of our own
  FACET_ASSIGN_OR_RETURN(const Numerics numerics,
                         PrepareTorch(context.device(), context.precision(), context.threads()));
  FACET_ASSIGN_OR_RETURN(Parts parts, CreateParts(context));
  const NetworkInput input = parts.architecture->input();
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<CropSet> crops, OpenCrops(context, input.size_px));
  const LabelledRows rows = LabelCrops(*crops);
  const Split split = MakeSplit(rows, settings, parts.loss->takes() != TupleKind::kNone,
                                DeriveSeed(context.seed(), "split"));

  Model model;
  model.architecture = context.component_name("architecture");
  model.architecture_options = context.component_options("architecture");
  model.loss = context.component_name("loss");
  model.classes = rows.classes;
  model.precision = context.precision();
  FACET_RETURN_IF_ERROR(CountImages(rows, split, context, &model.counts));
  FACET_RETURN_IF_ERROR(CheckIdentities(rows.labels, split.training, settings.sampler));
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
  if (!format.fixed_mean && input.mean_bgr.empty() && settings.optimizer.mean != "none") {
    FACET_ASSIGN_OR_RETURN(model.input.mean_bgr, MeasureMean(*crops, split.training, input.size_px,
                                                             settings.optimizer.mean == "image"));
  }

  parts.architecture->Initialize(DeriveSeed(context.seed(), "architecture"));
  FACET_RETURN_IF_ERROR(parts.loss->Initialize(parts.architecture->dimension(),
                                               static_cast<int64_t>(rows.classes.size()),
                                               DeriveSeed(context.seed(), "loss")));
  if (!weights.file.empty()) {
    FACET_RETURN_IF_ERROR(StartFromFile(weights, foreign, context, *parts.architecture));
  }
  FACET_RETURN_IF_ERROR(Start(context, parts, &model));
  const Batches batches(*crops, rows.labels, split, settings.optimizer.batch, settings.augment,
                        model.input, DeriveSeed(context.seed(), "batches"), settings.sampler);
  TrainerHooks hooks;
  hooks.progress = [&context](int64_t done, int64_t total, const std::string& note) {
    context.Progress(done, total, "images", note);
  };
  hooks.stop_requested = [&context] { return context.stop_requested(); };
  Trainer trainer(*parts.architecture, *parts.loss, parts.miner.get(), batches,
                  MakeTrainerOptions(context, settings, numerics), hooks);
  FACET_RETURN_IF_ERROR(trainer.Run());
  model.log = trainer.log();
  return WriteModel(model, trainer.Weights(), context.output_dir());
}

}  // namespace facet
