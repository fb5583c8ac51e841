#include "core/training/tensors.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <cstring>

#include "core/base/check.h"
#include "core/base/freed_memory.h"

namespace facet {
namespace {

// From 2.2 on LibTorch fills every new tensor if algorithms are to be deterministic: a pass over
// the memory of each activation, to the good of code that reads what it never wrote.
template <class Context>
auto LeaveNewMemory(Context& context, int)
    -> decltype(context.setDeterministicFillUninitializedMemory(false)) {
  context.setDeterministicFillUninitializedMemory(false);
}
template <class Context>
void LeaveNewMemory(Context&, long) {}  // NOLINT(google-runtime-int): the worse match of 0

}  // namespace

TensorSource SourceOf(const at::Tensor& tensor) {
  return {tensor.sizes().vec(), [tensor] {
            const auto values = std::make_shared<const at::Tensor>(
                tensor.detach().to(at::kCPU, at::kFloat).contiguous());
            return std::shared_ptr<const float>(values, values->data_ptr<float>());
          }};
}

at::Tensor FromStored(const StoredTensor& stored) {
  at::Tensor tensor = at::empty(stored.shape, at::kFloat);
  FACET_CHECK(tensor.numel() == static_cast<int64_t>(stored.values.size()));
  if (tensor.numel() > 0) {
    std::memcpy(tensor.data_ptr<float>(), stored.values.data(),
                stored.values.size() * sizeof(float));
  }
  return tensor;
}

void CopyFrom(const StoredTensor& stored, at::Tensor tensor) {
  const at::NoGradGuard no_grad;
  tensor.copy_(FromStored(stored));
}

absl::StatusOr<Numerics> PrepareTorch(const std::string& device, const std::string& precision,
                                      int threads) {
  Numerics numerics;
  if (device == "cuda") {
    if (!at::hasCUDA()) {
      return absl::FailedPreconditionError(
          "device = \"cuda\", but LibTorch sees no CUDA device here; set device = \"cpu\", or "
          "build "
          "with LIBTORCH_HOME naming a CUDA build of LibTorch on a machine that has one");
    }
    numerics.device = at::Device(at::kCUDA, 0);
  }
  if (precision == "bfloat16") numerics.type = at::kBFloat16;
  // Tensors of a step have the sizes of those of the step before.
  if (numerics.device.is_cpu()) KeepFreedMemory();
  at::set_num_threads(threads);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  LeaveNewMemory(at::globalContext(), 0);
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
  return numerics;
}

void MoveTo(const std::vector<NamedTensor>& tensors, const Numerics& numerics) {
  for (const NamedTensor& named : tensors) {
    at::Tensor tensor = named.tensor;
    at::Tensor moved = tensor.detach().to(numerics.device, numerics.type);
    if (moved.dim() == 4) moved = moved.contiguous(at::MemoryFormat::ChannelsLast);
    tensor.set_data(moved);
  }
}

at::Tensor ImagesOf(const Batch& batch, int64_t size_px, const Numerics& numerics) {
  const auto count = static_cast<int64_t>(batch.labels.size());
  // from_blob takes no const; nothing writes to it.
  return at::from_blob(const_cast<float*>(batch.pixels.data()), {count, size_px, size_px, 3},
                       at::kFloat)
      .permute({0, 3, 1, 2})
      .to(numerics.device, numerics.type);
}

at::Tensor LabelsOf(const Batch& batch, const Numerics& numerics) {
  return at::tensor(at::ArrayRef<int64_t>(batch.labels.data(), batch.labels.size()), at::kLong)
      .to(numerics.device);
}

}  // namespace facet
