#include "core/training/weight_average.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/training/tensors.h"

namespace facet {
namespace {

constexpr char kPrefix[] = "average/";

}  // namespace

void WeightAverage::Begin(std::vector<NamedTensor> tensors) {
  if (!exists()) return;
  const at::NoGradGuard no_grad;
  tensors_ = std::move(tensors);
  averages_.clear();
  for (const NamedTensor& named : tensors_) averages_.push_back({named.name, named.tensor.clone()});
}

void WeightAverage::Update(int64_t step) {
  const at::NoGradGuard no_grad;
  const auto t = static_cast<double>(step);
  const double decay = std::min(decay_, (1 + t) / (10 + t));
  for (size_t i = 0; i < tensors_.size(); ++i) {
    averages_[i].tensor.lerp_(tensors_[i].tensor, 1 - decay);
  }
}

void WeightAverage::Swap() {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const at::Tensor value = tensors_[i].tensor.clone();
    tensors_[i].tensor.copy_(averages_[i].tensor);
    averages_[i].tensor.copy_(value);
  }
}

void WeightAverage::Export(TensorSources* sources) const {
  for (const NamedTensor& average : averages_) {
    sources->tensors[kPrefix + average.name] = SourceOf(average.tensor);
  }
}

absl::Status WeightAverage::Import(const StoredTensors& stored) {
  for (const NamedTensor& average : averages_) {
    const auto found = stored.tensors.find(kPrefix + average.name);
    if (found == stored.tensors.end() || found->second.shape != average.tensor.sizes().vec()) {
      return absl::DataLossError(
          absl::StrCat("the checkpoint has no average of ", average.name, " of this shape"));
    }
    CopyFrom(found->second, average.tensor);
  }
  return absl::OkStatus();
}

}  // namespace facet
