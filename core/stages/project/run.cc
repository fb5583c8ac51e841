#include <ATen/ATen.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/pipeline/context.h"
#include "core/records/descriptors.h"
#include "core/records/npy.h"
#include "core/records/pooling.h"
#include "core/records/record_lines.h"
#include "core/records/samples.h"
#include "core/stages/project/checkpoints.h"
#include "core/stages/project/learner.h"
#include "core/stages/project/project.h"
#include "core/stages/project/settings.h"
#include "core/stages/project/training_rows.h"
#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr double kCheckpointSeconds = 180;

// What W' learns from: descriptors, and who each is of.
struct Described {
  at::Tensor descriptors;                 // [N, D], in one of these
  std::shared_ptr<const MappedNpy> file;  // which a tensor's handle has no place for
  FloatArray pooled;
  std::vector<DescriptorRecord> records;
};

// One row a template, as the row's evaluator pools them.
absl::StatusOr<Described> PoolDescribed(StageContext& context, const std::string& path,
                                        const std::vector<DescriptorRecord>& records) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Evaluator> evaluator,
                         context.Create<Evaluator>("evaluator"));
  FACET_ASSIGN_OR_RETURN(const std::string samples, context.InputFile("samples", "samples.jsonl"));
  FACET_ASSIGN_OR_RETURN(const std::string protocol, context.InputFile("samples", "protocol.json"));
  FACET_ASSIGN_OR_RETURN(const DatasetContents data, ReadDataset(samples, protocol));
  if (data.protocol.templates.empty()) {
    return absl::InvalidArgumentError(
        "embed.unit = \"templates\": the test data has none; set embed.unit = \"samples\"");
  }
  FACET_ASSIGN_OR_RETURN(const FloatArray images, ReadNpy(path));
  Described pooled;
  FACET_ASSIGN_OR_RETURN(pooled.pooled, PoolTemplates(data, images, records, evaluator->pooling()));
  for (const Template& each : data.protocol.templates) {
    const int64_t first = each.samples[0];
    const Sample& sample = data.samples[static_cast<size_t>(first)];
    pooled.records.push_back({first, sample.identity, 0.0, sample.fold});
  }
  pooled.descriptors = at::from_blob(pooled.pooled.values.data(), pooled.pooled.shape, at::kFloat);
  return pooled;
}

absl::StatusOr<Described> ReadDescribed(StageContext& context, const ProjectSettings& settings) {
  FACET_ASSIGN_OR_RETURN(const std::string path,
                         context.InputFile("descriptors", "descriptors.npy"));
  FACET_ASSIGN_OR_RETURN(const std::string rows_path,
                         context.InputFile("descriptors", "rows.jsonl"));
  Described described;
  FACET_ASSIGN_OR_RETURN(described.records,
                         ReadRecords<DescriptorRecord>(rows_path, &DescriptorRecordFromJson));
  if (settings.unit == "templates") return PoolDescribed(context, path, described.records);
  FACET_ASSIGN_OR_RETURN(described.file, MappedNpy::Open(path));
  const std::vector<int64_t>& shape = described.file->shape();
  if (shape.size() != 2 || shape[0] != static_cast<int64_t>(described.records.size())) {
    return absl::DataLossError(absl::StrCat(path, " has not one row for each of the ",
                                            described.records.size(), " lines of ", rows_path));
  }
  // from_blob takes no const; nothing writes to it.
  described.descriptors =
      at::from_blob(const_cast<float*>(described.file->values()), shape, at::kFloat);
  return described;
}

struct TrainingSet {
  std::vector<int64_t> rows, labels;
  int64_t num_classes = 0;
};

// Rows whose fold `take` accepts and whose identity is known.
template <class Take>
absl::StatusOr<TrainingSet> Select(const std::vector<DescriptorRecord>& records, const Take& take,
                                   const std::string& what) {
  std::map<std::string, int64_t> classes;
  TrainingSet set;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].identity.empty() || !take(records[i].fold)) continue;
    set.rows.push_back(static_cast<int64_t>(i));
    set.labels.push_back(
        classes.emplace(records[i].identity, static_cast<int64_t>(classes.size())).first->second);
  }
  set.num_classes = static_cast<int64_t>(classes.size());
  if (set.num_classes >= 2) return set;
  return absl::FailedPreconditionError(absl::StrCat(
      "embed: ", what, " has ", set.num_classes, " people to learn from, at least 2 are needed; ",
      "does the data set give each sample's identity and fold?"));
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

// Somebody has two images: else there is no positive pair, and W' would stay as it began.
absl::Status CheckPairs(const ProjectSettings& settings, const TrainingSet& data,
                        const std::string& what) {
  if (static_cast<int64_t>(data.labels.size()) > data.num_classes) return absl::OkStatus();
  const bool images = settings.unit == "samples";
  return absl::FailedPreconditionError(
      absl::StrCat("embed: ", what, " learns from ", data.num_classes, " people with one ",
                   images ? "image" : "template",
                   " each, and has no pair of one person to learn from; name "
                   "data with several of each in ",
                   settings.on == "train" ? "train.data" : "test.data",
                   images ? "" : ", set embed.unit = \"samples\"", ", or leave embed out"));
}

// One W' and whose people it learns from.
struct Part {
  int64_t fold = -1;            // that it is tested on; -1: one for all
  int64_t threshold_fold = -1;  // that chooses its threshold and teaches nothing; -1: none
  std::string what() const { return fold < 0 ? "one W'" : absl::StrCat("fold ", fold); }
};

// Which folds choose is the evaluator's rule (plugins/evaluators/verification_scores.h).
absl::Status HoldOutThresholdFolds(const Protocol& protocol, std::vector<Part>* parts) {
  if (protocol.kind == Protocol::Kind::kFolds && protocol.num_folds >= 3) {
    for (Part& part : *parts) part.threshold_fold = (part.fold + 1) % protocol.num_folds;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "test.evaluator.threshold_from = \"held_out_fold\": W' learns from the folds that are "
      "neither "
      "tested nor choose the threshold, and ",
      protocol.name.empty() ? "the protocol" : protocol.name,
      protocol.kind == Protocol::Kind::kSplit
          ? " is one split, whose tuning part does both"
          : absl::StrCat(" has ", protocol.num_folds, " folds in all"),
      "; it takes three folds, embed.on = \"train\", or threshold_from = \"other_folds\""));
}

absl::StatusOr<std::vector<Part>> PartsToLearn(StageContext& context, const std::string& on,
                                               bool held_out) {
  if (on == "train") return std::vector<Part>{Part()};
  FACET_ASSIGN_OR_RETURN(const std::string path, context.InputFile("samples", "protocol.json"));
  FACET_ASSIGN_OR_RETURN(const Json json, ReadJsonFile(path));
  FACET_ASSIGN_OR_RETURN(const Protocol protocol, ProtocolFromJson(json));
  if (protocol.kind == Protocol::Kind::kNone) {
    return absl::InvalidArgumentError(
        "embed.on = \"folds\": the test data has no protocol; set embed.on = \"train\"");
  }
  std::vector<Part> parts;
  if (protocol.kind == Protocol::Kind::kSplit) {
    context.Notice("one split: W' is learned on the people of its tuning part");
    parts.push_back({});
  } else {
    for (int64_t fold = 0; fold < protocol.num_folds; ++fold) parts.push_back({fold});
  }
  if (held_out) FACET_RETURN_IF_ERROR(HoldOutThresholdFolds(protocol, &parts));
  return parts;
}

// A stage's W', one after another.
class Projections {
 public:
  Projections(StageContext& context, const ProjectSettings& settings, const Numerics& numerics,
              double checkpoint_seconds)
      : context_(context),
        settings_(settings),
        numerics_(numerics),
        checkpoints_(context.checkpoint_dir(), checkpoint_seconds) {}

  absl::Status Learn(const Described& described, const std::vector<Part>& parts) {
    learned_ = checkpoints_.LoadFinished();
    std::optional<StoredTensors> state =
        checkpoints_.LoadCurrent(static_cast<int64_t>(learned_.size()));
    num_parts_ = static_cast<int64_t>(parts.size());
    while (learned_.size() < parts.size()) {
      FACET_RETURN_IF_ERROR(LearnPart(described, parts[learned_.size()], state));
      state.reset();
      if (checkpoints_.IsDue()) FACET_RETURN_IF_ERROR(checkpoints_.SaveFinished(learned_));
    }
    for (size_t i = 0; i < parts.size(); ++i) SayIfNothingWasLearned(parts[i], learned_[i].log);
    return absl::OkStatus();
  }

  absl::Status Write() const {
    Json log = Json::array();
    FloatArray all;
    all.shape = {num_parts_, learned_[0].projection.shape[0], learned_[0].projection.shape[1]};
    for (const LearnedProjection& each : learned_) {
      all.values.insert(all.values.end(), each.projection.values.begin(),
                        each.projection.values.end());
      log.push_back(each.log);
    }
    FACET_RETURN_IF_ERROR(WriteNpy(context_.output_dir() + "/projection.npy", all));
    return WriteFileAtomically(context_.output_dir() + "/embed.json", DumpPretty(log));
  }

 private:
  absl::Status LearnPart(const Described& described, const Part& part,
                         const std::optional<StoredTensors>& state) {
    // A test fold's people never teach their own W'; one W' for a split learns from fold 0.
    const auto take = [&](int64_t of_sample) {
      if (settings_.on == "train") return true;
      if (part.fold < 0) return of_sample == 0;
      return of_sample >= 0 && of_sample != part.fold && of_sample != part.threshold_fold;
    };
    FACET_ASSIGN_OR_RETURN(const TrainingSet data, Select(described.records, take, part.what()));
    const TrainingRows rows(described.descriptors, data.rows, numerics_.device,
                            numerics_.device.is_cpu() ? kHeldOnCpu : kHeldOnGpu);
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<Loss> loss, context_.Create<Loss>("loss"));
    FACET_ASSIGN_OR_RETURN(std::unique_ptr<Miner> miner, context_.Create<Miner>("miner"));
    const LearnerParts parts = {
        settings_,
        rows,
        at::tensor(at::ArrayRef<int64_t>(data.labels.data(), data.labels.size()), at::kLong),
        data.num_classes,
        DeriveSeed(context_.seed(), part.what()),
        part.what()};
    FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Learner> learner,
                           Learner::Create(parts, std::move(loss), std::move(miner), Hooks()));
    FACET_RETURN_IF_ERROR(CheckPairs(settings_, data, part.what()));
    if (state.has_value()) FACET_RETURN_IF_ERROR(learner->Resume(*state));
    FACET_RETURN_IF_ERROR(learner->Run());
    const at::Tensor projection = learner->projection().cpu().contiguous();
    const float* const values = projection.data_ptr<float>();
    learned_.push_back(
        {{projection.sizes().vec(), std::vector<float>(values, values + projection.numel())},
         {{"people", data.num_classes},
          {"samples", data.labels.size()},
          {"epochs", learner->epochs()}}});
    if (part.threshold_fold >= 0) learned_.back().log["threshold_fold"] = part.threshold_fold;
    return absl::OkStatus();
  }

  LearnerHooks Hooks() {
    LearnerHooks hooks;
    hooks.progress = [this](int64_t num_epochs, const std::string& note) {
      context_.Progress(static_cast<int64_t>(learned_.size()) * settings_.epochs + num_epochs,
                        num_parts_ * settings_.epochs, "epochs", note);
    };
    hooks.pause = [this](absl::FunctionRef<TensorSources()> state) -> absl::Status {
      const bool stop = context_.stop_requested();
      if (!stop && !checkpoints_.IsDue()) return absl::OkStatus();
      FACET_RETURN_IF_ERROR(checkpoints_.Save(learned_, state()));
      return stop ? absl::CancelledError("stopped") : absl::OkStatus();
    };
    return hooks;
  }

  void SayIfNothingWasLearned(const Part& part, const Json& log) {
    for (const Json& epoch : log.at("epochs")) {
      if (epoch.at("tuples").get<int64_t>() > 0) return;
    }
    context_.Notice(absl::StrCat(part.what(), ": embed.miner found no tuple in ", settings_.epochs,
                                 " epochs, so nothing was learned: W' is what it began with, "
                                 "embed.initial = \"",
                                 settings_.initial, "\"."));
  }

  StageContext& context_;
  const ProjectSettings& settings_;
  const Numerics numerics_;
  ProjectCheckpoints checkpoints_;
  std::vector<LearnedProjection> learned_;
  int64_t num_parts_ = 0;
};

}  // namespace

absl::Status RunProject(StageContext& context) {
  return LearnProjections(context, kCheckpointSeconds);
}

absl::Status LearnProjections(StageContext& context, double checkpoint_seconds) {
  // W' and its steps are float32 whatever precision networks run in: bfloat16 has 8 bits, and most
  // steps would round to none.
  FACET_ASSIGN_OR_RETURN(const Numerics numerics,
                         PrepareTorch(context.device(), "float32", context.threads()));
  Json given = context.settings();
  const bool held_out = given.erase(kThresholdHeldOut) > 0;
  FACET_ASSIGN_OR_RETURN(const ProjectSettings settings, ReadOptions<ProjectSettings>(Dump(given)));
  FACET_ASSIGN_OR_RETURN(const Described described, ReadDescribed(context, settings));
  const int64_t dimension = described.descriptors.size(1);
  if (settings.dimension > dimension) {
    return absl::InvalidArgumentError(absl::StrCat("embed.dimension = ", settings.dimension,
                                                   " exceeds the descriptors' ", dimension));
  }
  FACET_ASSIGN_OR_RETURN(const std::vector<Part> parts,
                         PartsToLearn(context, settings.on, held_out));
  if (settings.on == "folds") FACET_RETURN_IF_ERROR(CheckFolds(described.records));
  Projections projections(context, settings, numerics, checkpoint_seconds);
  FACET_RETURN_IF_ERROR(projections.Learn(described, parts));
  return projections.Write();
}

}  // namespace facet
