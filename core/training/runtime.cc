#include "core/training/runtime.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "core/base/status.h"

namespace facet {

void PrepareTorch(int threads, uint64_t seed) {
  at::set_num_threads(threads);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::manual_seed(seed);
}

absl::StatusOr<at::Device> DeviceOf(const std::string& device) {
  if (device != "cuda") return at::Device(at::kCPU);
  if (!at::hasCUDA()) {
    return absl::FailedPreconditionError(
        "device = \"cuda\": this LibTorch sees no CUDA device; set device = \"cpu\", or build with "
        "LIBTORCH_HOME naming a CUDA build of LibTorch on a machine that has one");
  }
  return at::Device(at::kCUDA, 0);
}

at::ScalarType TypeOf(const std::string& precision) {
  return precision == "bfloat16" ? at::kBFloat16 : at::kFloat;
}

at::Tensor Reduce(const std::vector<LossGroup>& groups, const at::Tensor& embeddings) {
  at::Tensor total = embeddings.sum() * 0.0;
  for (const LossGroup& group : groups) {
    if (group.elements.numel() == 0) continue;
    const at::Tensor sum = group.elements.sum();
    if (group.reduction == Reduction::kSum) {
      total = total + sum;
    } else if (group.reduction == Reduction::kMean) {
      total = total + sum / static_cast<double>(group.elements.numel());
    } else {
      total = total + sum / (group.elements > 0).sum().clamp_min(1);
    }
  }
  return total;
}

absl::Status CheckTuples(TupleKind taken, const std::string& loss, TupleKind made,
                         const std::string& miner) {
  if (taken == made || (taken == TupleKind::kNone && miner.empty())) return absl::OkStatus();
  const auto name = [](TupleKind kind) { return std::string(TupleKindName(kind)); };
  if (miner.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("loss \"", loss, "\" takes ", name(taken), ", and the row names no miner"));
  }
  return absl::InvalidArgumentError(absl::StrCat("loss \"", loss, "\" takes ", name(taken),
                                                 ", miner \"", miner, "\" makes ", name(made)));
}

}  // namespace facet
