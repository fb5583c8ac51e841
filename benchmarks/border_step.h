// A step of training, as core/training/trainer.cc does it, with a batch that is there already.
#ifndef FACET_BENCHMARKS_BORDER_STEP_H_
#define FACET_BENCHMARKS_BORDER_STEP_H_

#include <ATen/core/Tensor.h>

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/api/loss.h"
#include "core/api/optimizer.h"
#include "core/training/batch.h"
#include "core/training/learned_tensors.h"
#include "core/training/objective.h"

namespace facet::bench {

// Pixels of noise in the middle of what they are.
Batch NoiseBatch(int64_t size, int64_t px, int64_t classes);

class BorderStep {
 public:
  // All outlive it, and are initialised. Several may share network and rule.
  BorderStep(Architecture& network, Loss& loss, const Optimizer& rule, const Batch& batch);
  absl::Status Prepare();  // once, before anything else

  absl::StatusOr<double> Seconds();  // of one step
  // The loss, then all gradients of the network, without a step.
  absl::StatusOr<std::vector<at::Tensor>> Gradients();

 private:
  absl::Status Step();

  Architecture& network_;
  Loss& loss_;
  const Batch& batch_;
  Objective objective_;
  LearnedTensors learned_;
};

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_BORDER_STEP_H_
