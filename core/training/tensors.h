// Between LibTorch's tensors, stored ones, and the types and devices that networks run in.
#ifndef FACET_CORE_TRAINING_TENSORS_H_
#define FACET_CORE_TRAINING_TENSORS_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/api/architecture.h"
#include "core/training/batch.h"
#include "core/training/weights_file.h"

namespace facet {

TensorSource SourceOf(const at::Tensor& tensor);    // as float32; what is written is its value then
at::Tensor FromStored(const StoredTensor& stored);  // float32, CPU
void CopyFrom(const StoredTensor& stored, at::Tensor tensor);  // shapes agree; keeps type, device

// Where and in what type networks run.
struct Numerics {
  at::Device device = at::kCPU;
  at::ScalarType type = at::kFloat;
};
// device: "cpu" or "cuda"; precision: "float32" or "bfloat16". FailedPrecondition if there is no
// such device. Sets the number of threads and deterministic algorithms for the process, and on the
// CPU that it keeps the memory it frees, unless the environment says how malloc is to do.
absl::StatusOr<Numerics> PrepareTorch(const std::string& device, const std::string& precision,
                                      int threads);

// Moves a component's tensors; every handle on them sees the change. Those of four dimensions
// become channels last.
void MoveTo(const std::vector<NamedTensor>& tensors, const Numerics& numerics);

// [N, 3, S, S], channels last. The batch must outlive it where nothing is converted.
at::Tensor ImagesOf(const Batch& batch, int64_t size_px, const Numerics& numerics);
at::Tensor LabelsOf(const Batch& batch, const Numerics& numerics);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_TENSORS_H_
