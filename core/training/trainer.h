// The training loop: an optimiser on batches of crops, in phases with their rates and groups of
// tensors; validation, checkpoints.
//
// A run is a function of the network's initial weights, the batches, the options and the number of
// threads: every random draw of a step (dropout, a miner's choices) is seeded by the run's seed and
// the step's number, so a run that goes on from a checkpoint ends with the same bits.
#ifndef FACET_CORE_TRAINING_TRAINER_H_
#define FACET_CORE_TRAINING_TRAINER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/optimizer.h"
#include "core/api/schedule.h"
#include "core/base/json.h"
#include "core/training/batches.h"
#include "core/training/checkpoint.h"
#include "core/training/learned_tensors.h"
#include "core/training/loss_sum.h"
#include "core/training/objective.h"
#include "core/training/settings.h"
#include "core/training/tensors.h"
#include "core/training/weight_average.h"

namespace facet {

struct TrainerPhase {
  std::string name;  // empty: the training has one phase without a name
  const Schedule* schedule = nullptr;
  std::string schedule_name, schedule_slot;  // for messages
  int64_t epochs = 1;
  double warmup_epochs = 0.0;
  std::vector<TensorGroup> groups;
};

struct TrainerOptions {
  std::string optimizer, sampler;  // names, for messages
  LoopSettings loop;
  MemorySettings memory;
  std::vector<TrainerPhase> phases;  // at least one
  std::set<std::string> copied;      // learned tensors that are not new
  Numerics numerics;
  uint64_t seed = 0;
  int loader_threads = 1;
  std::string checkpoint_dir;  // empty: none are written
  double checkpoint_seconds = 180;
  // Steps whose losses are read from the device together. 0: 1 on the CPU, 100 elsewhere.
  int64_t read_losses_every = 0;
};

struct TrainerHooks {
  std::function<void(int64_t done, int64_t total, const std::string& note)> progress;  // images
  std::function<bool()> stop_requested;
};

class Trainer {
 public:
  // All outlive the trainer; the components hold their initial float32 weights.
  Trainer(const ObjectiveParts& parts, const Optimizer& optimizer, const Batches& batches,
          TrainerOptions options, TrainerHooks hooks);

  // Cancelled: stopped as asked, after a checkpoint. InvalidArgument: a loss was read that is not
  // finite, there
  // is a memory but the loss takes no tuples, too many steps have no tuple (as soon as the
  // labels tell), or a schedule or a group does not fit.
  absl::Status Run();

  // One object per epoch: epoch, phase (where they have names), step, rate, loss (mean over its
  // steps), and where there is a validation part accuracy in [0, 1], or validation_loss if the loss
  // has no classifier; skipped, where a miner found nothing for that many anchors; without_tuples,
  // steps, where the loss takes some.
  const std::vector<Json>& log() const { return log_; }
  bool takes_tuples() const { return parts_.loss.takes() != TupleKind::kNone; }
  int64_t num_steps() const { return step_; }
  int64_t num_without_tuples() const { return num_none_there_ + num_none_found_; }
  // Learned tensors and buffers by name, the loss's as "loss.<name>"; the averages if there are
  // any.
  TensorSources Weights() const;

 private:
  absl::Status Prepare();
  absl::Status CheckPhases();
  const TrainerPhase& phase() const { return options_.phases[static_cast<size_t>(phase_)]; }
  int64_t num_epochs() const;  // at most
  ScheduleSpan SpanOf(const TrainerPhase& phase) const;
  absl::Status BeginPhase();  // or goes on with it
  absl::StatusOr<bool> PhaseEnds() const;
  // Of a step of this phase, counted from 0. Internal: the schedule broke its contract.
  absl::StatusOr<double> Rate(int64_t step) const;
  absl::Status RunEpoch();
  absl::Status Step(const Batch& batch);
  // What gradients are to be multiplied by; norm: before that, only where something reads it.
  absl::StatusOr<double> ClipScale(double rate, double* norm) const;
  absl::Status Climb(const Batch& batch, uint64_t seed, double rate);
  absl::Status CheckGradients() const;
  absl::Status ReadLosses();  // of the epoch's steps so far
  // Of the step just done, and of all.
  absl::Status CountTuples(TuplesOfStep tuples);
  absl::Status CheckTuples() const;
  std::string ProgressNote() const;
  absl::StatusOr<double> Validate(Json* entry);
  absl::Status EndEpoch();
  absl::Status Pause();  // a checkpoint if it is time, and the end if it was asked for
  absl::Status SaveCheckpoint();
  absl::Status Resume(const StoredTensors& checkpoint);
  absl::Status Diverged(const std::string& what, int64_t step, double rate) const;

  const ObjectiveParts parts_;
  const Optimizer& optimizer_;
  const Batches& batches_;
  const TrainerOptions options_;
  const TrainerHooks hooks_;
  Objective objective_;
  LearnedTensors learned_;
  WeightAverage average_;
  std::optional<CheckpointStore> checkpoints_;
  double last_checkpoint_ = 0;  // seconds on the steady clock
  int64_t steps_here_ = 0;      // of this phase by this object: a resumed run's earlier ones apart

  // Where the run is: what a checkpoint holds besides the tensors.
  int64_t phase_ = 0;
  int64_t phase_epoch_ = 0;     // epochs of this phase that are finished
  std::vector<double> scores_;  // of those, where there is validation
  int64_t epoch_ = 0;
  int64_t batch_ = 0;                                // of this epoch, the next one
  int64_t step_ = 0;                                 // steps done
  LossSum losses_;                                   // of this epoch's steps
  int64_t num_none_there_ = 0, num_none_found_ = 0;  // steps: TuplesOfStep
  int64_t without_before_ = 0;                       // both, when this epoch began
  std::vector<Json> log_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_TRAINER_H_
