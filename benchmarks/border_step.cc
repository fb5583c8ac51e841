#include "benchmarks/border_step.h"

#include <ATen/ATen.h>

#include <chrono>

#include "core/base/random.h"
#include "core/base/status.h"
#include "core/training/model.h"

namespace facet::bench {
namespace {

constexpr double kRate = 1e-3;
constexpr uint64_t kSeed = 7;  // the same dropout in every step

}  // namespace

Batch NoiseBatch(int64_t size, int64_t px, int64_t classes) {
  Batch batch;
  Random random(1);
  batch.pixels.resize(static_cast<size_t>(size * px * px * 3));
  for (float& pixel : batch.pixels) pixel = static_cast<float>(random.Index(256)) - 127.5f;
  for (int64_t i = 0; i < size; ++i) batch.labels.push_back(i % classes);
  return batch;
}

BorderStep::BorderStep(Architecture& network, Loss& loss, const Optimizer& rule, const Batch& batch)
    : network_(network),
      loss_(loss),
      batch_(batch),
      objective_({network, loss, nullptr, "architecture", "loss", ""}, /*micro_batch=*/0,
                 MemorySettings(), Numerics()),
      learned_(rule, "optimizer", /*decay_vectors=*/true) {}

absl::Status BorderStep::Prepare() {
  FACET_RETURN_IF_ERROR(learned_.Add("", network_.Parameters(), Numerics()));
  FACET_RETURN_IF_ERROR(learned_.Add(kLossPrefix, loss_.Parameters(), Numerics()));
  return learned_.SetGroups({}, {});
}

absl::Status BorderStep::Step() {
  learned_.ZeroGradients();
  FACET_RETURN_IF_ERROR(objective_.Differentiate(batch_, /*step=*/0, kSeed).status());
  return learned_.Step(kRate);
}

absl::StatusOr<double> BorderStep::Seconds() {
  const auto begin = std::chrono::steady_clock::now();
  FACET_RETURN_IF_ERROR(Step());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

absl::StatusOr<std::vector<at::Tensor>> BorderStep::Gradients() {
  learned_.ZeroGradients();
  FACET_ASSIGN_OR_RETURN(const Objective::Value value,
                         objective_.Differentiate(batch_, /*step=*/0, kSeed));
  std::vector<at::Tensor> found = {at::scalar_tensor(value.loss, at::kDouble)};
  for (const NamedTensor& named : network_.Parameters()) {
    found.push_back(named.tensor.grad().clone());
  }
  return found;
}

}  // namespace facet::bench
