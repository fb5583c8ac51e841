// One W' and how it is learned: epochs of a miner's tuples, a step of gradient descent for each
// batch of them. Its state can be saved between any two steps and gone on from with the same bits.
//
// A miner cannot be asked where it is, nor be put there. Its place is the number of tuples that it
// gave and anchors that it skipped in this epoch; a fresh one is taken there by asking for as many
// tuples under embeddings that are all equal, which violate any margin, so nothing of the data is
// read. Whether it then is where it was is seen from what it gives next: the tuples of the step at
// which the state was saved, all of them. A miner that gives others (its draws rest on the draws
// before, or it passes no pair over at a margin of 0) begins the epoch again, with the weights of
// then.
#ifndef FACET_CORE_STAGES_PROJECT_LEARNER_H_
#define FACET_CORE_STAGES_PROJECT_LEARNER_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/loss.h"
#include "core/api/miner.h"
#include "core/base/json.h"
#include "core/stages/project/embedded_rows.h"
#include "core/stages/project/settings.h"
#include "core/stages/project/training_rows.h"
#include "core/training/weights_file.h"

namespace facet {

struct LearnerParts {
  const ProjectSettings& settings;
  const TrainingRows& rows;
  at::Tensor labels;  // [N] int64, CPU
  int64_t num_classes = 0;
  uint64_t seed = 0;
  std::string what;  // "fold 3", for progress
};

struct LearnerHooks {
  // Epochs of this W' that are finished.
  std::function<void(int64_t num_epochs, const std::string& note)> progress;
  // May the state be saved now? `sources` makes it. Cancelled: the end was asked for.
  std::function<absl::Status(absl::FunctionRef<TensorSources()> state)> pause;
};

class Learner {
 public:
  // InvalidArgument: loss and miner do not belong together, or what the loss says.
  static absl::StatusOr<std::unique_ptr<Learner>> Create(const LearnerParts& parts,
                                                         std::unique_ptr<Loss> loss,
                                                         std::unique_ptr<Miner> miner,
                                                         LearnerHooks hooks);

  // Goes on from a state that `pause` saved. DataLoss: it is another network's.
  absl::Status Resume(const StoredTensors& state);
  // To the end, from the start unless it was resumed. OutOfRange: training diverged.
  absl::Status Run();

  at::Tensor projection() const { return projection_.detach(); }  // [L, D]
  // One object an epoch: epoch, tuples, skipped, loss (mean over its steps).
  const Json& epochs() const { return epochs_; }

 private:
  struct Mined {
    Tuples tuples;
    bool done = false;  // the epoch has no more
  };
  // A state's tensors by name.
  struct Named {
    std::string name;
    at::Tensor tensor;
  };

  Learner(const LearnerParts& parts, std::unique_ptr<Loss> loss, std::unique_ptr<Miner> miner,
          LearnerHooks hooks)
      : parts_(parts),
        loss_(std::move(loss)),
        miner_(std::move(miner)),
        hooks_(std::move(hooks)),
        embedded_(parts.rows) {}

  void Begin();  // W' and its loss as they begin
  std::vector<Named> Changing() const;
  absl::Status RunEpoch();
  absl::Status BeginEpoch();  // of a miner
  absl::StatusOr<Mined> Next();
  // The tuples to go on with, of a new epoch or one that was resumed.
  absl::StatusOr<Mined> First();
  // Whether the miner could be put behind `passed_`.
  absl::StatusOr<bool> PassOver();
  absl::Status Pause(const Mined& next) const;
  absl::Status Learn(const Mined& mined);
  absl::StatusOr<double> Update(const Tuples& mined);
  absl::Status EndEpoch();
  TensorSources State(const Mined& next) const;

  const LearnerParts parts_;
  const std::unique_ptr<Loss> loss_;
  const std::unique_ptr<Miner> miner_;
  const LearnerHooks hooks_;

  at::Tensor projection_;             // on the device
  EmbeddedRows embedded_;             // under projection_
  std::vector<at::Tensor> at_start_;  // of this epoch: copies of Changing()
  std::string expected_;              // digest of the tuples to go on with; empty: a new epoch
  Json epochs_ = Json::array();       // finished
  int64_t passed_ = 0;  // tuples and skipped anchors of this epoch, for a miner's place
  int64_t num_tuples_ = 0, num_skipped_ = 0, num_steps_ = 0, num_calls_ = 0;  // of this epoch
  double loss_sum_ = 0.0;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_LEARNER_H_
