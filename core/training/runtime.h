// LibTorch's process-wide settings, in one place, and what training and embedding share.
#ifndef FACET_CORE_TRAINING_RUNTIME_H_
#define FACET_CORE_TRAINING_RUNTIME_H_

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/loss.h"

namespace facet {

// Threads (LibTorch's own default may be 1), deterministic algorithms, the default generator's seed.
void PrepareTorch(int threads, uint64_t seed);

// FailedPrecondition if "cuda" is asked for and there is none.
absl::StatusOr<at::Device> DeviceOf(const std::string& device);
at::ScalarType TypeOf(const std::string& precision);  // "float32" or "bfloat16"

// The loss as a scalar: every group reduced, then added. Empty groups count as 0, and the result
// always has a gradient with respect to `embeddings`.
at::Tensor Reduce(const std::vector<LossGroup>& groups, const at::Tensor& embeddings);

// InvalidArgument if `loss` takes tuples that `miner` (null: none) does not make.
absl::Status CheckTuples(TupleKind taken, const std::string& loss, TupleKind made,
                         const std::string& miner);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_RUNTIME_H_
