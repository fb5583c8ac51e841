#include "core/training/trainer.h"

#include <ATen/ATen.h>

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

namespace facet {
namespace {

constexpr char kNetwork[] = "";
constexpr int64_t kBatchesAhead = 4;
// Until then each tensor of a loss must have had a gradient.
constexpr int64_t kStepsOfLossTensors = 100;

// Steps whose losses are read together.
int64_t ReadEvery(const TrainerOptions& options) {
  if (options.read_losses_every > 0) return options.read_losses_every;
  return options.numerics.device.is_cpu() ? 1 : 100;
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Trainer::Trainer(const ObjectiveParts& parts, const Optimizer& optimizer, const Batches& batches,
                 TrainerOptions options, TrainerHooks hooks)
    : parts_(parts),
      optimizer_(optimizer),
      batches_(batches),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      objective_(parts, options_.loop.micro_batch, options_.memory, options_.numerics,
                 /*reads_losses=*/ReadEvery(options_) == 1),
      learned_(optimizer, options_.optimizer, options_.loop.decay_vectors),
      average_(options_.loop.average_decay),
      losses_(ReadEvery(options_)) {}

absl::Status Trainer::Run() {
  FACET_RETURN_IF_ERROR(Prepare());
  for (; phase_ < static_cast<int64_t>(options_.phases.size()); ++phase_) {
    FACET_RETURN_IF_ERROR(BeginPhase());
    while (true) {
      FACET_ASSIGN_OR_RETURN(const bool ends, PhaseEnds());
      if (ends) break;
      FACET_RETURN_IF_ERROR(RunEpoch());
      FACET_RETURN_IF_ERROR(EndEpoch());
    }
    phase_epoch_ = 0;
    scores_.clear();
  }
  return CheckTuples();
}

absl::Status Trainer::Prepare() {
  if (options_.memory.size > 0 && parts_.loss.takes() == TupleKind::kNone) {
    return absl::InvalidArgumentError(
        absl::StrCat("train.memory serves losses of pairs or triplets, ", parts_.loss_name,
                     " takes none; take the memory out (size = 0) or choose another loss"));
  }
  FACET_RETURN_IF_ERROR(
      learned_.Add(kNetwork, parts_.architecture.Parameters(), options_.numerics));
  // Losses compute, and statistics are kept, in float32 in any case.
  const Numerics exact = {options_.numerics.device, at::kFloat};
  FACET_RETURN_IF_ERROR(learned_.Add(kLossPrefix, parts_.loss.Parameters(), exact));
  MoveTo(objective_.Buffers(), exact);
  std::vector<NamedTensor> averaged = learned_.Masters();
  for (NamedTensor& buffer : objective_.Buffers()) averaged.push_back(std::move(buffer));
  average_.Begin(std::move(averaged));
  FACET_RETURN_IF_ERROR(CheckPhases());
  last_checkpoint_ = Now();
  if (options_.checkpoint_dir.empty()) return absl::OkStatus();
  checkpoints_.emplace(options_.checkpoint_dir);
  const std::optional<StoredTensors> checkpoint = checkpoints_->Load();
  return checkpoint.has_value() ? Resume(*checkpoint) : absl::OkStatus();
}

// Before the first step, so that a mistake in the last phase is not found after hours.
absl::Status Trainer::CheckPhases() {
  for (const TrainerPhase& phase : options_.phases) {
    const absl::Status fits =
        Guard(phase.schedule_name, [&] { return phase.schedule->Check(SpanOf(phase)); });
    if (!fits.ok()) return Annotate(fits, phase.schedule_slot);
    FACET_RETURN_IF_ERROR(learned_.SetGroups(phase.groups, options_.copied));
  }
  return absl::OkStatus();
}

ScheduleSpan Trainer::SpanOf(const TrainerPhase& phase) const {
  ScheduleSpan span;
  span.epochs = phase.epochs;
  span.steps_per_epoch = batches_.num_training();
  span.warmup_epochs = phase.warmup_epochs;
  span.validates = batches_.has_validation();
  return span;
}

absl::Status Trainer::BeginPhase() {
  steps_here_ = 0;
  return learned_.SetGroups(phase().groups, options_.copied);
}

absl::StatusOr<bool> Trainer::PhaseEnds() const {
  if (phase_epoch_ >= phase().epochs) return true;
  return Guard(phase().schedule_slot, [this]() -> absl::StatusOr<bool> {
    return phase().schedule->Ends(SpanOf(phase()), scores_);
  });
}

absl::StatusOr<double> Trainer::Rate(int64_t step) const {
  const ScheduleSpan span = SpanOf(phase());
  FACET_ASSIGN_OR_RETURN(const double rate,
                         Guard(phase().schedule_slot, [&]() -> absl::StatusOr<double> {
                           return phase().schedule->Rate(span, step, scores_);
                         }));
  if (!std::isfinite(rate) || rate < 0) {
    return absl::InternalError(absl::StrCat(phase().schedule_slot, ": schedule ",
                                            phase().schedule_name, " gives step ", step,
                                            " the rate ", rate));
  }
  const auto number = static_cast<double>(step + 1);
  return number < span.warmup_steps() ? rate * number / span.warmup_steps() : rate;
}

absl::Status Trainer::RunEpoch() {
  FACET_ASSIGN_OR_RETURN(const std::vector<int64_t> order, batches_.EpochOrder(epoch_));
  Prefetcher<Batch> batches(batch_, batches_.num_training(), options_.loader_threads, kBatchesAhead,
                            [&](int64_t index) { return batches_.Training(epoch_, order, index); });
  while (batch_ < batches_.num_training()) {
    FACET_ASSIGN_OR_RETURN(const Batch batch, batches.Next());
    FACET_RETURN_IF_ERROR(Step(batch));
    ++batch_;
    ++step_;
    ++steps_here_;
    average_.Update(step_);
    FACET_RETURN_IF_ERROR(CheckGradients());
    if (losses_.IsToBeRead()) FACET_RETURN_IF_ERROR(ReadLosses());
    const int64_t size = options_.loop.batch;
    hooks_.progress(step_ * size, num_epochs() * batches_.num_training() * size, ProgressNote());
    FACET_RETURN_IF_ERROR(Pause());
  }
  return absl::OkStatus();
}

int64_t Trainer::num_epochs() const {
  int64_t epochs = 0;
  for (const TrainerPhase& each : options_.phases) epochs += each.epochs;
  return epochs;
}

std::string Trainer::ProgressNote() const {
  std::string note =
      absl::StrFormat("%sepoch %d, loss %.3f", phase().name.empty() ? "" : phase().name + ", ",
                      epoch_ + 1, losses_.mean());
  if (num_without_tuples() > 0) {
    absl::StrAppend(&note, ", ", num_without_tuples(), " of ", step_, " steps without tuples");
  }
  return note;
}

absl::Status Trainer::Diverged(const std::string& what, int64_t step, double rate) const {
  std::string factors;
  for (const TensorGroup& group : phase().groups) {
    if (group.settings.rate_factor > 1)
      absl::StrAppend(&factors, ", or rate_factor of ", group.slot);
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("%s step %d (epoch %d, rate %g): training diverged; lower the rate of %s%s",
                      what, step, epoch_ + 1, rate, phase().schedule_slot, factors));
}

absl::Status Trainer::Step(const Batch& batch) {
  const uint64_t seed = DeriveSeed(options_.seed, absl::StrCat("step/", step_));
  FACET_ASSIGN_OR_RETURN(const double rate, Rate(phase_epoch_ * batches_.num_training() + batch_));
  learned_.ZeroGradients();
  FACET_ASSIGN_OR_RETURN(const Objective::Value value,
                         objective_.Differentiate(batch, step_, seed));
  if (!std::isfinite(value.loss)) {
    return Diverged(absl::StrFormat("the loss is %f at", value.loss), step_ + 1, rate);
  }
  if (optimizer_.climbs()) FACET_RETURN_IF_ERROR(Climb(batch, seed, rate));
  double norm = 0;
  FACET_ASSIGN_OR_RETURN(const double scale, ClipScale(rate, &norm));
  FACET_RETURN_IF_ERROR(learned_.Step(rate, scale));
  objective_.Remember(value);
  value.unread.defined() ? losses_.Add(value.unread) : losses_.Add(value.loss);
  return CountTuples(value.tuples);
}

absl::Status Trainer::ReadLosses() {
  losses_.Read();
  if (std::isfinite(losses_.sum())) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const double rate,
                         Rate(phase_epoch_ * batches_.num_training() + batch_ - 1));
  return Diverged(absl::StrFormat("the sum of the losses is %f after", losses_.sum()), step_, rate);
}

absl::StatusOr<double> Trainer::ClipScale(double rate, double* norm) const {
  const double most = options_.loop.clip_norm;
  if (most <= 0 && !optimizer_.climbs()) return 1.0;
  *norm = learned_.GradientNorm();
  if (!std::isfinite(*norm)) {
    return Diverged(absl::StrFormat("the gradient's norm is %f at", *norm), step_ + 1, rate);
  }
  return most > 0 && *norm > most ? most / *norm : 1.0;
}

// To where the optimiser wants the gradient of the same batch, and that gradient.
absl::Status Trainer::Climb(const Batch& batch, uint64_t seed, double rate) {
  double norm = 0;
  FACET_ASSIGN_OR_RETURN(const double scale, ClipScale(rate, &norm));
  FACET_RETURN_IF_ERROR(learned_.Climb(rate, scale, norm * scale));
  const KeptValues buffers(objective_.Buffers());
  const int64_t num_skipped = objective_.skipped();
  learned_.ZeroGradients();
  FACET_ASSIGN_OR_RETURN(const Objective::Value value,
                         objective_.Differentiate(batch, step_, seed));
  buffers.Restore();
  objective_.set_skipped(num_skipped);
  if (std::isfinite(value.loss)) return absl::OkStatus();
  return Diverged(absl::StrFormat("the loss is %f after the climb of", value.loss), step_ + 1,
                  rate);
}

// The network's tensors learn from any loss. The loss's own may wait for a batch that has tuples,
// or the identities that they stand for.
absl::Status Trainer::CheckGradients() const {
  if (steps_here_ == 1) FACET_RETURN_IF_ERROR(learned_.CheckGradients(kNetwork));
  const int64_t all = phase().epochs * batches_.num_training();
  if (steps_here_ != std::min(kStepsOfLossTensors, all)) return absl::OkStatus();
  return learned_.CheckGradients(kLossPrefix);
}

// A first step without a tuple proves that this loss needs two images of one identity. How often
// they are missing the labels tell, but not with a memory, whose images serve as well.
absl::Status Trainer::CountTuples(TuplesOfStep tuples) {
  if (tuples == TuplesOfStep::kNoneFound) ++num_none_found_;
  if (tuples != TuplesOfStep::kNoneThere) return absl::OkStatus();
  if (++num_none_there_ > 1 || options_.memory.size > 0) return absl::OkStatus();
  FACET_ASSIGN_OR_RETURN(const TupleSupply supply, batches_.Supply(num_epochs()));
  if (supply.share_without() <= options_.loop.most_without_tuples) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(parts_.loss_name, " has nothing to learn from in step ", step_ + 1, ": ",
                   TextOf(supply, options_.sampler), "; ", CureOf(supply),
                   " (train.most_without_tuples = ", options_.loop.most_without_tuples, ")"));
}

absl::Status Trainer::CheckTuples() const {
  const double most = options_.loop.most_without_tuples;
  if (most >= 1.0 || num_without_tuples() == 0) return absl::OkStatus();
  if (static_cast<double>(num_none_there_) > most * static_cast<double>(step_)) {
    FACET_ASSIGN_OR_RETURN(const TupleSupply supply, batches_.Supply(num_epochs()));
    return absl::InvalidArgumentError(
        absl::StrCat(num_none_there_, " of ", step_, " steps had no tuple for ", parts_.loss_name,
                     ": ", TextOf(supply, options_.sampler), "; ", CureOf(supply),
                     " (train.most_without_tuples = ", most, ")"));
  }
  if (num_without_tuples() < step_) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "none of ", step_, " steps had a tuple for ", parts_.loss_name, ", so nothing was learned: ",
      parts_.miner == nullptr ? "it takes none of those there are"
                              : absl::StrCat(parts_.miner_name, " finds none that it wants"),
      "; change its options or take another train.", parts_.miner == nullptr ? "loss" : "miner"));
}

// The score of the schedule: validation accuracy, or minus the loss where there is no classifier.
absl::StatusOr<double> Trainer::Validate(Json* entry) {
  Prefetcher<Batch> batches(0, batches_.num_validation(), options_.loader_threads, kBatchesAhead,
                            [&](int64_t index) { return batches_.Validation(index); });
  int64_t num_correct = 0, num_images = 0;
  double loss_sum = 0;
  bool has_classifier = true;
  for (int64_t i = 0; i < batches_.num_validation(); ++i) {
    FACET_ASSIGN_OR_RETURN(const Batch batch, batches.Next());
    FACET_ASSIGN_OR_RETURN(const Objective::Validation part, objective_.Validate(batch));
    has_classifier = part.num_correct >= 0;
    num_correct += part.num_correct;
    loss_sum += part.loss * static_cast<double>(part.num_images);
    num_images += part.num_images;
  }
  if (num_images == 0) {
    return absl::InvalidArgumentError(
        "no validation batch shows two images of one identity and one of another, which a loss of "
        "pairs or triplets needs; raise train.validation_share, or set it to 0");
  }
  const auto images = static_cast<double>(num_images);
  const double score =
      has_classifier ? static_cast<double>(num_correct) / images : -loss_sum / images;
  (*entry)[has_classifier ? "accuracy" : "validation_loss"] = has_classifier ? score : -score;
  return score;
}

absl::Status Trainer::EndEpoch() {
  FACET_RETURN_IF_ERROR(ReadLosses());
  FACET_ASSIGN_OR_RETURN(const double rate, Rate((phase_epoch_ + 1) * batches_.num_training() - 1));
  // The loss of a step tells of the steps before it: nothing else tells of the last one.
  if (const absl::Status finite = learned_.CheckFinite(); !finite.ok()) {
    return Diverged(absl::StrCat(finite.message(), " after"), step_, rate);
  }
  for (const NamedTensor& buffer : objective_.Buffers()) {
    if (at::isfinite(buffer.tensor).all().item<bool>()) continue;
    return Diverged(absl::StrCat("buffer ", buffer.name, " is not finite after"), step_, rate);
  }
  Json entry = {{"epoch", epoch_ + 1}, {"step", step_}, {"rate", rate}, {"loss", losses_.mean()}};
  if (!phase().name.empty()) entry["phase"] = phase().name;
  const int64_t num_skipped = objective_.TakeSkipped();
  if (objective_.has_miner()) entry["skipped"] = num_skipped;
  if (takes_tuples()) entry["without_tuples"] = num_without_tuples() - without_before_;
  if (batches_.has_validation()) {
    // What is kept is what is validated.
    const auto swap = [this] {
      average_.Swap();
      if (average_.exists()) learned_.Round();
    };
    swap();
    const absl::StatusOr<double> score = Validate(&entry);
    swap();
    FACET_RETURN_IF_ERROR(score.status());
    scores_.push_back(*score);
  }
  log_.push_back(std::move(entry));
  ++epoch_;
  ++phase_epoch_;
  batch_ = 0;
  losses_.Set(0, 0);
  without_before_ = num_without_tuples();
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
