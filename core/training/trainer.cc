#include "core/training/trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "core/base/random.h"
#include "core/base/status.h"
#include "core/stages/context.h"
#include "core/training/prefetcher.h"
#include "core/training/reduce.h"

namespace facet {
namespace {

constexpr char kLossPrefix[] = "loss.";
constexpr char kBufferPrefix[] = "buffer/";
constexpr char kState[] = "training.state";
constexpr int64_t kBatchesAhead = 4;

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
      sgd_(options_.optimizer.momentum, options_.optimizer.weight_decay),
      schedule_(options_.optimizer.rates, options_.optimizer.patience, options_.optimizer.epochs) {}

absl::Status Trainer::Run() {
  FACET_RETURN_IF_ERROR(Prepare());
  while (!schedule_.done()) {
    FACET_RETURN_IF_ERROR(RunEpoch());
    FACET_RETURN_IF_ERROR(EndEpoch());
  }
  return absl::OkStatus();
}

absl::Status Trainer::Prepare() {
  FACET_RETURN_IF_ERROR(sgd_.Add("", architecture_.Parameters(), options_.numerics));
  // Losses compute in float32 in any case.
  const Numerics exact = {options_.numerics.device, at::kFloat};
  FACET_RETURN_IF_ERROR(sgd_.Add(kLossPrefix, loss_.Parameters(), exact));
  MoveTo(architecture_.Buffers(), options_.numerics);
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
  FACET_ASSIGN_OR_RETURN(const at::Tensor loss,
                         LossOf(embeddings, LabelsOf(batch, options_.numerics), seed));
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the loss is %f at step %d (epoch %d, rate %g): training diverged; lower "
                        "train.optimizer.rates",
                        value, step_ + 1, epoch_ + 1, schedule_.rate()));
  }
  sgd_.ZeroGradients();
  loss.backward();
  if (step_ == 0) FACET_RETURN_IF_ERROR(sgd_.CheckGradients());
  sgd_.Step(schedule_.rate());
  return value;
}

absl::StatusOr<at::Tensor> Trainer::Forward(const Batch& batch, bool training) {
  return Guard(options_.architecture, [&]() -> absl::StatusOr<at::Tensor> {
    const int64_t size_px = architecture_.input().size_px;
    const at::Tensor images = ImagesOf(batch, size_px, options_.numerics);
    return architecture_.Forward(images, training).to(at::kFloat);
  });
}

absl::StatusOr<at::Tensor> Trainer::LossOf(const at::Tensor& embeddings, const at::Tensor& labels,
                                           uint64_t seed) {
  LossInput input;
  input.embeddings = embeddings;
  input.labels = labels;
  Tuples tuples;
  if (miner_ != nullptr) {
    FACET_ASSIGN_OR_RETURN(tuples, Guard(options_.miner, [&] {
                             return miner_->Mine(embeddings.detach(), labels, seed);
                           }));
    num_skipped_ += tuples.num_skipped;
    input.tuples = &tuples;
  }
  FACET_ASSIGN_OR_RETURN(const std::vector<LossGroup> groups,
                         Guard(options_.loss, [&] { return loss_.Compute(input); }));
  return ReduceGroups(groups);
}

// The score of the schedule: validation accuracy, or minus the loss where there is no classifier.
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
      FACET_ASSIGN_OR_RETURN(const at::Tensor loss, LossOf(embeddings, labels, 0));
      loss_sum += loss.item<double>() * static_cast<double>(labels.numel());
    }
    num_images += labels.numel();
  }
  num_skipped_ = num_skipped;
  const auto images = static_cast<double>(num_images);
  const double score =
      has_classifier ? static_cast<double>(num_correct) / images : -loss_sum / images;
  (*entry)[has_classifier ? "accuracy" : "validation_loss"] = has_classifier ? score : -score;
  return score;
}

absl::Status Trainer::EndEpoch() {
  Json entry = {{"epoch", epoch_ + 1},
                {"step", step_},
                {"rate", schedule_.rate()},
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

StoredTensors Trainer::Weights() const {
  StoredTensors stored;
  sgd_.Export(/*velocities=*/false, &stored);
  for (const NamedTensor& buffer : architecture_.Buffers()) {
    stored.tensors[buffer.name] = ToStored(buffer.tensor);
  }
  return stored;
}

absl::Status Trainer::SaveCheckpoint() {
  StoredTensors stored;
  sgd_.Export(/*velocities=*/true, &stored);
  for (const NamedTensor& buffer : architecture_.Buffers()) {
    stored.tensors[kBufferPrefix + buffer.name] = ToStored(buffer.tensor);
  }
  const RateSchedule::State& s = schedule_.state();
  stored.metadata[kState] =
      Dump({{"epoch", epoch_},
            {"batch", batch_},
            {"step", step_},
            {"loss_sum", loss_sum_},
            {"num_skipped", num_skipped_},
            {"log", log_},
            {"schedule", {s.stage, s.epochs, s.since_best, s.has_best, s.best, s.done}}});
  return checkpoints_->Save(step_, stored);
}

absl::Status Trainer::Resume(const StoredTensors& checkpoint) {
  FACET_RETURN_IF_ERROR(sgd_.Import(checkpoint));
  for (const NamedTensor& buffer : architecture_.Buffers()) {
    const auto found = checkpoint.tensors.find(kBufferPrefix + buffer.name);
    if (found == checkpoint.tensors.end()) {
      return absl::DataLossError(absl::StrCat("the checkpoint has no buffer ", buffer.name));
    }
    CopyFrom(found->second, buffer.tensor);
  }
  FACET_ASSIGN_OR_RETURN(const Json state, ParseJson(checkpoint.metadata.at(kState), "checkpoint"));
  epoch_ = state.at("epoch");
  batch_ = state.at("batch");
  step_ = state.at("step");
  loss_sum_ = state.at("loss_sum");
  num_skipped_ = state.at("num_skipped");
  log_ = state.at("log").get<std::vector<Json>>();
  const Json& s = state.at("schedule");
  schedule_.set_state({s.at(0), s.at(1), s.at(2), s.at(3), s.at(4), s.at(5)});
  return absl::OkStatus();
}

}  // namespace facet
