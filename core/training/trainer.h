// The training loop: an optimiser on batches of crops, its rates, validation, checkpoints.
//
// A run is a function of the network's initial weights, the batches, the options and the number of
// threads: every random draw of a step (dropout, a miner's choices) is seeded by the run's seed and
// the step's number, so a run that goes on from a checkpoint ends with the same bits.
#ifndef FACET_CORE_TRAINING_TRAINER_H_
#define FACET_CORE_TRAINING_TRAINER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/api/miner.h"
#include "core/base/json.h"
#include "core/training/batches.h"
#include "core/training/checkpoint.h"
#include "core/training/memory.h"
#include "core/training/optimizer.h"
#include "core/training/schedule.h"
#include "core/training/settings.h"
#include "core/training/tensors.h"

namespace facet {

struct TrainerOptions {
  std::string architecture, loss, miner;  // names, for messages
  OptimizerSettings optimizer;
  MemorySettings memory;
  Numerics numerics;
  uint64_t seed = 0;
  int loader_threads = 1;
  std::string checkpoint_dir;  // empty: none are written
  double checkpoint_seconds = 180;
};

struct TrainerHooks {
  std::function<void(int64_t done, int64_t total, const std::string& note)> progress;  // images
  std::function<bool()> stop_requested;
};

class Trainer {
 public:
  // All outlive the trainer; the components hold their initial float32 weights. miner may be null.
  Trainer(Architecture& architecture, Loss& loss, Miner* miner, const Batches& batches,
          TrainerOptions options, TrainerHooks hooks);

  // Cancelled: stopped as asked, after a checkpoint. InvalidArgument: the loss is not finite, or
  // there is a memory but the loss takes no tuples.
  absl::Status Run();

  // One object per epoch: epoch, step, rate, loss (mean over its steps), and where there is a
  // validation part accuracy in [0, 1], or validation_loss if the loss has no classifier; skipped,
  // where a miner found nothing for that many anchors.
  const std::vector<Json>& log() const { return log_; }
  // Learned tensors and buffers by name, the loss's as "loss.<name>".
  TensorSources Weights() const;

 private:
  absl::Status Prepare();
  absl::Status RunEpoch();
  absl::StatusOr<double> Step(const Batch& batch);
  absl::Status Update();  // of the weights by their gradients
  absl::Status CheckGradients() const;
  absl::StatusOr<at::Tensor> Forward(const Batch& batch, bool training);  // [N, D] float32
  // num_anchors: tuples begin with one of the first so many (the others come from the memory).
  absl::StatusOr<at::Tensor> LossOf(const at::Tensor& embeddings, const at::Tensor& labels,
                                    int64_t num_anchors, uint64_t seed);
  absl::StatusOr<double> Validate(Json* entry);
  absl::Status EndEpoch();
  absl::Status Pause();  // a checkpoint if it is time, and the end if it was asked for
  absl::Status SaveCheckpoint();
  absl::Status Resume(const StoredTensors& checkpoint);
  std::vector<NamedTensor> Buffers() const;  // of both, the loss's with their prefix

  Architecture& architecture_;
  Loss& loss_;
  Miner* const miner_;
  const Batches& batches_;
  const TrainerOptions options_;
  const TrainerHooks hooks_;
  const std::unique_ptr<Optimizer> optimizer_;
  RateSchedule schedule_;
  EmbeddingMemory memory_;
  std::optional<CheckpointStore> checkpoints_;
  double last_checkpoint_ = 0;  // seconds on the steady clock
  int64_t steps_here_ = 0;      // done by this object, a resumed run's earlier ones not counted

  // Where the run is: what a checkpoint holds besides the tensors.
  int64_t epoch_ = 0;
  int64_t batch_ = 0;        // of this epoch, the next one
  int64_t step_ = 0;         // steps done
  double loss_sum_ = 0;      // over this epoch's steps
  int64_t num_skipped_ = 0;  // by the miner, in this epoch
  std::vector<Json> log_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_TRAINER_H_
