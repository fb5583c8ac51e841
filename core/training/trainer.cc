#include "core/training/trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "core/api/guard.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/training/model.h"
#include "core/training/prefetcher.h"
#include "core/training/reduce.h"
#include "core/training/sampler.h"
#include "core/training/tuples.h"

namespace facet {
namespace {

constexpr char kNetwork[] = "";
constexpr int64_t kBatchesAhead = 4;
// Until then each tensor of a loss must have had a gradient.
constexpr int64_t kStepsOfLossTensors = 100;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Trainer::Trainer(Architecture& architecture, Loss& loss, Miner* miner, const Batches& batches,
                 TrainerOptions options, TrainerHooks hooks)
    : architecture_(architecture),
      loss_(loss),
      miner_(miner),
      batches_(batches),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      optimizer_(MakeOptimizer(options_.optimizer)),
      schedule_(options_.optimizer, batches_.num_training()),
      memory_(options_.memory.size, options_.numerics.device) {}

absl::Status Trainer::Run() {
  FACET_RETURN_IF_ERROR(Prepare());
  while (!schedule_.done()) {
    FACET_RETURN_IF_ERROR(RunEpoch());
    FACET_RETURN_IF_ERROR(EndEpoch());
  }
  return absl::OkStatus();
}

absl::Status Trainer::Prepare() {
  if (options_.memory.size > 0 && loss_.takes() == TupleKind::kNone) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.memory serves losses of pairs or triplets, ", options_.loss,
                     " takes none; take the memory out (size = 0) or choose another loss"));
  }
  FACET_RETURN_IF_ERROR(optimizer_->Add(kNetwork, architecture_.Parameters(), options_.numerics));
  // Losses compute, and statistics are kept, in float32 in any case.
  const Numerics exact = {options_.numerics.device, at::kFloat};
  FACET_RETURN_IF_ERROR(
      optimizer_->Add(kLossPrefix, loss_.Parameters(), exact, options_.optimizer.loss_rate_factor));
  MoveTo(architecture_.Buffers(), exact);
  MoveTo(loss_.Buffers(), exact);
  last_checkpoint_ = Now();
  if (options_.checkpoint_dir.empty()) return absl::OkStatus();
  checkpoints_.emplace(options_.checkpoint_dir);
  const std::optional<StoredTensors> checkpoint = checkpoints_->Load();
  return checkpoint.has_value() ? Resume(*checkpoint) : absl::OkStatus();
}

absl::Status Trainer::RunEpoch() {
  const std::vector<int64_t> order = batches_.EpochOrder(epoch_);
  Prefetcher<Batch> batches(batch_, batches_.num_training(), options_.loader_threads, kBatchesAhead,
                            [&](int64_t index) { return batches_.Training(epoch_, order, index); });
  while (batch_ < batches_.num_training()) {
    FACET_ASSIGN_OR_RETURN(const Batch batch, batches.Next());
    FACET_ASSIGN_OR_RETURN(const double loss, Step(batch));
    ++batch_;
    ++step_;
    ++steps_here_;
    FACET_RETURN_IF_ERROR(CheckGradients());
    loss_sum_ += loss;
    const int64_t size = options_.optimizer.batch;
    hooks_.progress(step_ * size, options_.optimizer.epochs * batches_.num_training() * size,
                    absl::StrFormat("epoch %d, loss %.3f", epoch_ + 1,
                                    loss_sum_ / static_cast<double>(batch_)));
    FACET_RETURN_IF_ERROR(Pause());
  }
  return absl::OkStatus();
}

absl::StatusOr<double> Trainer::Step(const Batch& batch) {
  const uint64_t seed = DeriveSeed(options_.seed, absl::StrCat("step/", step_));
  at::manual_seed(seed);
  FACET_ASSIGN_OR_RETURN(const at::Tensor embeddings, Forward(batch, /*training=*/true));
  const at::Tensor labels = LabelsOf(batch, options_.numerics);
  const bool remembers = memory_.count() > 0 && step_ >= options_.memory.start_step;
  FACET_ASSIGN_OR_RETURN(const at::Tensor loss,
                         remembers
                             ? LossOf(at::cat({embeddings, memory_.embeddings()}),
                                      at::cat({labels, memory_.labels()}), labels.numel(), seed)
                             : LossOf(embeddings, labels, labels.numel(), seed));
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the loss is %f at step %d (epoch %d, rate %g): training diverged; lower "
                        "train.optimizer.rates",
                        value, step_ + 1, epoch_ + 1, schedule_.Rate(step_)));
  }
  optimizer_->ZeroGradients();
  loss.backward();
  FACET_RETURN_IF_ERROR(Update());
  memory_.Push(embeddings, labels);
  return value;
}

absl::Status Trainer::Update() {
  const double rate = schedule_.Rate(step_), most = options_.optimizer.clip_norm;
  double scale = 1;
  if (most > 0) {
    const double norm = optimizer_->GradientNorm();
    if (!std::isfinite(norm)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the gradient's norm is %f at step %d (epoch %d, rate %g): training "
                          "diverged; lower train.optimizer.rates",
                          norm, step_ + 1, epoch_ + 1, rate));
    }
    if (norm > most) scale = most / norm;
  }
  optimizer_->Step(rate, scale);
  return absl::OkStatus();
}

// The network's tensors learn from any loss. The loss's own may wait for a batch that has tuples,
// or the identities that they stand for.
absl::Status Trainer::CheckGradients() const {
  if (steps_here_ == 1) FACET_RETURN_IF_ERROR(optimizer_->CheckGradients(kNetwork));
  const int64_t all = options_.optimizer.epochs * batches_.num_training();
  if (steps_here_ != std::min(kStepsOfLossTensors, all)) return absl::OkStatus();
  return optimizer_->CheckGradients(kLossPrefix);
}

absl::StatusOr<at::Tensor> Trainer::Forward(const Batch& batch, bool training) {
  return Guard(options_.architecture, [&]() -> absl::StatusOr<at::Tensor> {
    const int64_t size_px = architecture_.input().size_px;
    const at::Tensor images = ImagesOf(batch, size_px, options_.numerics);
    return architecture_.Forward(images, training).to(at::kFloat);
  });
}

absl::StatusOr<at::Tensor> Trainer::LossOf(const at::Tensor& embeddings, const at::Tensor& labels,
                                           int64_t num_anchors, uint64_t seed) {
  LossInput input;
  input.embeddings = embeddings;
  input.labels = labels;
  Tuples tuples;
  if (miner_ != nullptr) {
    FACET_ASSIGN_OR_RETURN(tuples, Guard(options_.miner, [&] {
                             return miner_->Mine(embeddings.detach(), labels, seed);
                           }));
    if (num_anchors < labels.numel()) tuples = KeepAnchors(tuples, num_anchors);
    num_skipped_ += tuples.num_skipped;
    tuples = ConvertTuples(tuples, loss_.takes());
    input.tuples = &tuples;
  } else if (num_anchors < labels.numel()) {
    tuples = AllTuples(loss_.takes(), labels, num_anchors);
    input.tuples = &tuples;
  }
  FACET_ASSIGN_OR_RETURN(const std::vector<LossGroup> groups,
                         Guard(options_.loss, [&] { return loss_.Compute(input); }));
  return ReduceGroups(groups);
}

// The score of the schedule: validation accuracy, or minus the loss where there is no classifier.
// A batch that has no tuples says nothing of a loss that takes some: it is left out.
absl::StatusOr<double> Trainer::Validate(Json* entry) {
  const at::NoGradGuard no_grad;
  Prefetcher<Batch> batches(0, batches_.num_validation(), options_.loader_threads, kBatchesAhead,
                            [&](int64_t index) { return batches_.Validation(index); });
  int64_t num_correct = 0, num_images = 0;
  double loss_sum = 0;
  bool has_classifier = true;
  const int64_t num_skipped = num_skipped_;  // counts training alone
  for (int64_t i = 0; i < batches_.num_validation(); ++i) {
    FACET_ASSIGN_OR_RETURN(const Batch batch, batches.Next());
    const at::Tensor labels = LabelsOf(batch, options_.numerics);
    FACET_ASSIGN_OR_RETURN(const at::Tensor embeddings, Forward(batch, /*training=*/false));
    const std::optional<at::Tensor> scores = loss_.Scores(embeddings);
    has_classifier = scores.has_value();
    if (has_classifier) {
      num_correct += scores->argmax(1).eq(labels).sum().item<int64_t>();
    } else {
      if (loss_.takes() != TupleKind::kNone && !HasTuples(batch.labels)) continue;
      FACET_ASSIGN_OR_RETURN(const at::Tensor loss, LossOf(embeddings, labels, labels.numel(), 0));
      loss_sum += loss.item<double>() * static_cast<double>(labels.numel());
    }
    num_images += labels.numel();
  }
  num_skipped_ = num_skipped;
  if (num_images == 0) {
    return absl::InvalidArgumentError(
        "no validation batch shows two images of one identity and one of another, which a loss of "
        "pairs or triplets needs; raise train.optimizer.validation_share, or set it to 0");
  }
  const auto images = static_cast<double>(num_images);
  const double score =
      has_classifier ? static_cast<double>(num_correct) / images : -loss_sum / images;
  (*entry)[has_classifier ? "accuracy" : "validation_loss"] = has_classifier ? score : -score;
  return score;
}

absl::Status Trainer::EndEpoch() {
  // The loss of a step tells of the steps before it: nothing else tells of the last one.
  if (const absl::Status finite = optimizer_->CheckFinite(); !finite.ok()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s after step %d (epoch %d, rate %g): training diverged; lower "
                        "train.optimizer.rates",
                        finite.message(), step_, epoch_ + 1, schedule_.Rate(step_ - 1)));
  }
  Json entry = {{"epoch", epoch_ + 1},
                {"step", step_},
                {"rate", schedule_.Rate(step_ - 1)},
                {"loss", loss_sum_ / static_cast<double>(batches_.num_training())}};
  if (miner_ != nullptr) entry["skipped"] = num_skipped_;
  if (batches_.has_validation()) {
    FACET_ASSIGN_OR_RETURN(const double score, Validate(&entry));
    schedule_.EndEpoch(score);
  } else {
    schedule_.EndEpoch();
  }
  log_.push_back(std::move(entry));
  ++epoch_;
  batch_ = 0;
  loss_sum_ = 0;
  num_skipped_ = 0;
  return absl::OkStatus();
}

absl::Status Trainer::Pause() {
  const bool stop = hooks_.stop_requested();
  if (!stop && Now() - last_checkpoint_ < options_.checkpoint_seconds) return absl::OkStatus();
  if (checkpoints_.has_value()) FACET_RETURN_IF_ERROR(SaveCheckpoint());
  last_checkpoint_ = Now();
  if (!stop) return absl::OkStatus();
  return absl::CancelledError(absl::StrCat("stopped after step ", step_));
}

}  // namespace facet
