#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "core/api/evaluator.h"
#include "core/api/loss.h"
#include "core/api/miner.h"
#include "core/api/unit_rows.h"
#include "core/base/file.h"
#include "core/pipeline/context.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/pooling.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/project/project.h"
#include "core/stages/project/settings.h"
#include "core/training/reduce.h"
#include "core/training/tensors.h"
#include "core/training/tuples.h"

namespace facet {
namespace {

struct TrainingSet {
  at::Tensor descriptors;  // [N, D], l2-normalised
  at::Tensor labels;       // [N], int64
  int64_t num_classes = 0;
};

// Everything about one W': the loop is the same for each fold.
struct Job {
  StageContext& context;
  const ProjectSettings& settings;
  uint64_t seed = 0;
  std::string what;              // "fold 3"
  int64_t index = 0, total = 1;  // of all W'
};

// What W' learns from: descriptors, and who each is of.
struct Described {
  FloatArray descriptors;
  std::vector<DescriptorRecord> records;
};

// One row a template, as the row's evaluator pools them.
absl::StatusOr<Described> PoolDescribed(StageContext& context, const Described& images) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Evaluator> evaluator,
                         context.Create<Evaluator>("evaluator"));
  FACET_ASSIGN_OR_RETURN(const std::string samples, context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string protocol, context.InputFile("samples", "protocol.json"));
  FACET_ASSIGN_OR_RETURN(const DatasetContents data, ReadDataset(samples, protocol));
  if (data.protocol.templates.empty()) {
    return absl::InvalidArgumentError(
        "embed.unit = \"templates\": the test data has none; set embed.unit = \"samples\"");
  }
  Described pooled;
  FACET_ASSIGN_OR_RETURN(pooled.descriptors, PoolTemplates(data, images.descriptors, images.records,
                                                           evaluator->pooling()));
  for (const Template& each : data.protocol.templates) {
    const int64_t first = each.samples[0];
    const Sample& sample = data.samples[static_cast<size_t>(first)];
    pooled.records.push_back({first, sample.identity, 0.0, sample.fold});
  }
  return pooled;
}

absl::StatusOr<Described> ReadDescribed(StageContext& context, const ProjectSettings& settings) {
  Described described;
  FACET_ASSIGN_OR_RETURN(const std::string path,
                         context.InputFile("descriptors", "descriptors.npy"));
  FACET_ASSIGN_OR_RETURN(described.descriptors, ReadNpy(path));
  FACET_ASSIGN_OR_RETURN(const std::string rows_path,
                         context.InputFile("descriptors", "rows.jsonl"));
  FACET_ASSIGN_OR_RETURN(described.records,
                         ReadRecords<DescriptorRecord>(rows_path, &DescriptorRecordFromJson));
  if (settings.unit == "samples") return described;
  return PoolDescribed(context, described);
}

// Rows whose fold `take` accepts and whose identity is known.
template <class Take>
absl::StatusOr<TrainingSet> Select(const at::Tensor& descriptors,
                                   const std::vector<DescriptorRecord>& records, const Take& take,
                                   const std::string& what) {
  std::map<std::string, int64_t> classes;
  std::vector<int64_t> rows, labels;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].identity.empty() || !take(records[i].fold)) continue;
    rows.push_back(static_cast<int64_t>(i));
    labels.push_back(
        classes.emplace(records[i].identity, static_cast<int64_t>(classes.size())).first->second);
  }
  if (classes.size() < 2) {
    return absl::FailedPreconditionError(absl::StrCat(
        "embed: ", what, " has ", classes.size(), " people to learn from, at least 2 are needed; ",
        "does the data set give each sample's identity and fold?"));
  }
  return TrainingSet{descriptors.index_select(0, at::tensor(rows, at::kLong)),
                     at::tensor(labels, at::kLong), static_cast<int64_t>(classes.size())};
}

// A fold's W' is tested on the fold's people: nobody may be in two.
absl::Status CheckFolds(const std::vector<DescriptorRecord>& records) {
  std::map<std::string, int64_t> folds;
  for (const DescriptorRecord& record : records) {
    if (record.identity.empty() || record.fold < 0) continue;
    const int64_t first = folds.emplace(record.identity, record.fold).first->second;
    if (first == record.fold) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("embed.on = \"folds\": ", record.identity, " has images in folds ", first,
                     " and ", record.fold,
                     ", so W' would learn from a person it is tested on; the data set must give "
                     "each person one fold, or set embed.on = \"train\""));
  }
  return absl::OkStatus();
}

// The L principal directions, largest variance first; signs fixed by the largest component.
at::Tensor PrincipalDirections(const at::Tensor& descriptors, int64_t count) {
  const at::Tensor centred = (descriptors - descriptors.mean(0, true)).to(at::kDouble);
  const auto [values, vectors] = at::linalg_eigh(centred.t().mm(centred));
  at::Tensor directions = vectors.flip(1).slice(1, 0, count).t().contiguous();  // [L, D]
  const at::Tensor largest = directions.abs().argmax(1, true);
  return (directions * directions.gather(1, largest).sign()).to(at::kFloat);
}

at::Tensor InitialProjection(const ProjectSettings& settings, const at::Tensor& descriptors,
                             uint64_t seed) {
  if (settings.initial == "pca") return PrincipalDirections(descriptors, settings.dimension);
  at::Tensor projection = at::empty({settings.dimension, descriptors.size(1)});
  Random random(DeriveSeed(seed, "initial"));
  float* values = projection.data_ptr<float>();
  for (int64_t i = 0; i < projection.numel(); ++i) {
    values[i] = static_cast<float>(settings.initial_std * random.Normal());
  }
  return projection;
}

// The tuples' own rows, so that a step costs as much as its tuples and not as the data set. Each
// row comes once: a loss over pairs takes together what one anchor has.
struct Step {
  at::Tensor rows;  // of the training set
  Tuples tuples;    // indices into `rows`
};
Step Compact(const Tuples& mined) {
  Step step;
  step.tuples = mined;
  std::vector<at::Tensor*> columns;
  std::vector<at::Tensor> indices;
  Tuples& t = step.tuples;
  for (at::Tensor* column : {&t.anchors, &t.positives, &t.negatives, &t.positive_first,
                             &t.positive_second, &t.negative_first, &t.negative_second}) {
    if (!column->defined()) continue;
    columns.push_back(column);
    indices.push_back(*column);
  }
  const auto [rows, places, counts] =
      at::_unique2(at::cat(indices), /*sorted=*/true, /*return_inverse=*/true);
  step.rows = rows;
  int64_t offset = 0;
  for (at::Tensor* column : columns) {
    const int64_t count = column->numel();
    *column = places.narrow(0, offset, count);
    offset += count;
  }
  return step;
}

absl::Status Diverged() {
  return absl::OutOfRangeError("embed: the loss is not finite, training diverged; lower embed.lr");
}

// One gradient step; returns the loss.
absl::StatusOr<double> Update(Loss& loss, const TrainingSet& data, const Tuples& mined, double lr,
                              at::Tensor& projection) {
  const Step step = Compact(ConvertTuples(mined, loss.takes()));
  const at::Tensor embeddings = data.descriptors.index_select(0, step.rows).mm(projection.t());
  const at::Tensor labels = data.labels.index_select(0, step.rows);
  FACET_ASSIGN_OR_RETURN(const std::vector<LossGroup> groups,
                         loss.Compute({embeddings, labels, &step.tuples}));
  FACET_ASSIGN_OR_RETURN(const at::Tensor total, ReduceGroups(groups));
  const double value = total.item<double>();
  if (!std::isfinite(value)) return Diverged();
  total.backward();
  const at::NoGradGuard no_gradient;
  const auto descend = [lr](at::Tensor parameter) {
    if (!parameter.grad().defined()) return;
    parameter.sub_(parameter.grad(), lr);
    parameter.mutable_grad().zero_();
  };
  descend(projection);
  for (NamedTensor& parameter : loss.Parameters()) descend(parameter.tensor);
  return value;
}

absl::StatusOr<Json> RunEpoch(const Job& job, Loss& loss, Miner& miner, const TrainingSet& data,
                              int64_t epoch, at::Tensor& projection) {
  FACET_RETURN_IF_ERROR(
      miner.BeginEpoch(data.labels, DeriveSeed(job.seed, absl::StrCat("epoch ", epoch))));
  const EmbedFunction embed = [&](const at::Tensor& rows) {
    const at::NoGradGuard no_gradient;
    return data.descriptors.index_select(0, rows).mm(projection.t());
  };
  int64_t tuples = 0, skipped = 0, steps = 0;
  double sum = 0.0;
  for (bool done = false; !done;) {
    if (job.context.stop_requested()) return absl::CancelledError("stopped");
    FACET_ASSIGN_OR_RETURN(const Tuples mined, miner.Next(job.settings.batch, embed, &done));
    skipped += mined.num_skipped;
    const at::Tensor& counted = mined.anchors.defined() ? mined.anchors : mined.positive_first;
    if (!counted.defined() || counted.numel() == 0) continue;
    FACET_ASSIGN_OR_RETURN(const double value,
                           Update(loss, data, mined, job.settings.lr, projection));
    tuples += counted.numel();
    sum += value;
    ++steps;
  }
  // Once distances overflow no negative violates the margin: nothing is left to learn from, and the
  // loss alone would not tell.
  const at::NoGradGuard no_gradient;
  if (!at::isfinite(at::square(data.descriptors.mm(projection.t())).sum()).item<bool>()) {
    return Diverged();
  }
  const double mean = steps == 0 ? 0.0 : sum / static_cast<double>(steps);
  job.context.Progress(job.index * job.settings.epochs + epoch + 1, job.total * job.settings.epochs,
                       "epochs",
                       absl::StrFormat("%s, loss %.3f, %d tuples, %d pairs skipped", job.what, mean,
                                       tuples, skipped));
  return Json{{"epoch", epoch + 1}, {"tuples", tuples}, {"skipped", skipped}, {"loss", mean}};
}

// Somebody has two images: else there is no positive pair, and W' would stay as it began.
absl::Status CheckPairs(const Job& job, const TrainingSet& data) {
  if (data.labels.numel() > data.num_classes) return absl::OkStatus();
  const bool images = job.settings.unit == "samples";
  return absl::FailedPreconditionError(
      absl::StrCat("embed: ", job.what, " learns from ", data.num_classes, " people with one ",
                   images ? "image" : "template",
                   " each, and has no pair of one person to learn from; name "
                   "data with several of each in ",
                   job.settings.on == "train" ? "train.data" : "test.data",
                   images ? "" : ", set embed.unit = \"samples\"", ", or leave embed out"));
}

// W' for one training set, and its log.
absl::StatusOr<std::pair<at::Tensor, Json>> Learn(const Job& job, const TrainingSet& data) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Loss> loss, job.context.Create<Loss>("loss"));
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Miner> miner, job.context.Create<Miner>("miner"));
  FACET_RETURN_IF_ERROR(CheckMiner(*loss, miner.get(), MinerScope::kEpoch, "embed"));
  FACET_RETURN_IF_ERROR(loss->Initialize(job.settings.dimension, data.num_classes, job.seed));
  at::Tensor projection = InitialProjection(job.settings, data.descriptors, job.seed);
  projection.set_requires_grad(true);
  FACET_RETURN_IF_ERROR(CheckPairs(job, data));
  Json epochs = Json::array();
  int64_t num_tuples = 0;
  for (int64_t epoch = 0; epoch < job.settings.epochs; ++epoch) {
    FACET_ASSIGN_OR_RETURN(Json log, RunEpoch(job, *loss, *miner, data, epoch, projection));
    num_tuples += log.at("tuples").get<int64_t>();
    epochs.push_back(std::move(log));
  }
  if (num_tuples == 0) {
    job.context.Notice(absl::StrCat(
        job.what, ": embed.miner found no tuple in ", job.settings.epochs,
        " epochs, so nothing was learned: W' is what it began with, embed.initial = \"",
        job.settings.initial, "\"."));
  }
  return std::make_pair(projection.detach(), Json{{"people", data.num_classes},
                                                  {"samples", data.labels.numel()},
                                                  {"epochs", std::move(epochs)}});
}

// The folds that get a W' of their own; -1: one for all.
absl::StatusOr<std::vector<int64_t>> FoldsToLearn(StageContext& context, const std::string& on) {
  if (on == "train") return std::vector<int64_t>{-1};
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("samples", "protocol.json"));
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  FACET_ASSIGN_OR_RETURN(const Protocol protocol, ProtocolFromJson(json));
  if (protocol.kind == Protocol::Kind::kNone) {
    return absl::InvalidArgumentError(
        "embed.on = \"folds\": the test data has no protocol; set embed.on = \"train\"");
  }
  if (protocol.kind == Protocol::Kind::kSplit) {
    context.Notice("one split: W' is learned on the people of its tuning part");
    return std::vector<int64_t>{-1};
  }
  std::vector<int64_t> folds;
  for (int64_t fold = 0; fold < protocol.num_folds; ++fold) folds.push_back(fold);
  return folds;
}

}  // namespace

absl::Status RunProject(StageContext& context) {
  FACET_RETURN_IF_ERROR(PrepareTorch("cpu", "float32", context.threads()).status());
  FACET_ASSIGN_OR_RETURN(const ProjectSettings settings,
                         ReadOptions<ProjectSettings>(Dump(context.settings())));
  FACET_ASSIGN_OR_RETURN(Described described, ReadDescribed(context, settings));
  FloatArray& matrix = described.descriptors;
  const at::Tensor descriptors =
      UnitRows(at::from_blob(matrix.values.data(), matrix.shape, at::kFloat));
  const std::vector<DescriptorRecord>& records = described.records;
  if (settings.dimension > descriptors.size(1)) {
    return absl::InvalidArgumentError(absl::StrCat("embed.dimension = ", settings.dimension,
                                                   " exceeds the descriptors' ",
                                                   descriptors.size(1)));
  }
  FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> folds, FoldsToLearn(context, settings.on));
  if (settings.on == "folds") FACET_RETURN_IF_ERROR(CheckFolds(records));

  FloatArray projections;
  projections.shape = {static_cast<int64_t>(folds.size()), settings.dimension, descriptors.size(1)};
  Json log = Json::array();
  for (size_t i = 0; i < folds.size(); ++i) {
    const int64_t fold = folds[i];
    const std::string what = fold < 0 ? "one W'" : absl::StrCat("fold ", fold);
    // A test fold's people never teach their own W'; one W' for a split learns from fold 0.
    const auto take = [&](int64_t of_sample) {
      if (settings.on == "train") return true;
      return fold < 0 ? of_sample == 0 : of_sample >= 0 && of_sample != fold;
    };
    FACET_ASSIGN_OR_RETURN(const TrainingSet data, Select(descriptors, records, take, what));
    const Job job = {context,
                     settings,
                     DeriveSeed(context.seed(), what),
                     what,
                     static_cast<int64_t>(i),
                     static_cast<int64_t>(folds.size())};
    FACET_ASSIGN_OR_RETURN(const auto learned, Learn(job, data));
    const at::Tensor values = learned.first.contiguous();
    projections.values.insert(projections.values.end(), values.data_ptr<float>(),
                              values.data_ptr<float>() + values.numel());
    log.push_back(learned.second);
  }
  FACET_RETURN_IF_ERROR(WriteNpy(context.output_dir() + "/projection.npy", projections));
  return WriteFileAtomically(context.output_dir() + "/embed.json", DumpPretty(log));
}

}  // namespace facet
