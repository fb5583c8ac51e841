#include "core/stages/project/training_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "core/api/unit_rows.h"

namespace facet {
namespace {

// Of 4,096 values each: 64 MiB.
constexpr int64_t kBlockRows = 4096;

void ForEachRange(int64_t size, absl::FunctionRef<void(int64_t begin, int64_t count)> take) {
  for (int64_t begin = 0; begin < size; begin += kBlockRows) {
    take(begin, std::min(kBlockRows, size - begin));
  }
}

}  // namespace

TrainingRows::TrainingRows(const at::Tensor& descriptors, const std::vector<int64_t>& rows,
                           at::Device device, int64_t held_bytes)
    : descriptors_(descriptors),
      rows_(at::tensor(at::ArrayRef<int64_t>(rows.data(), rows.size()), at::kLong)),
      device_(device) {
  if (size() * dimension() * static_cast<int64_t>(sizeof(float)) > held_bytes) return;
  at::Tensor held = at::empty({size(), dimension()}, at::TensorOptions(device).dtype(at::kFloat));
  ForEachRange(size(), [&](int64_t begin, int64_t count) {
    held.narrow(0, begin, count).copy_(Fetch(at::arange(begin, begin + count, at::kLong)));
  });
  held_ = held;
}

at::Tensor TrainingRows::Fetch(const at::Tensor& indices) const {
  return UnitRows(
      descriptors_.index_select(0, rows_.index_select(0, indices)).to(device_, at::kFloat));
}

at::Tensor TrainingRows::At(const at::Tensor& indices) const {
  if (held_.defined()) return held_.index_select(0, indices.to(device_));
  return Fetch(indices);
}

at::Tensor TrainingRows::Embed(const at::Tensor& indices, const at::Tensor& projection) const {
  const at::NoGradGuard no_gradient;
  at::Tensor embedded = at::empty({indices.numel(), projection.size(0)}, projection.options());
  ForEachRange(indices.numel(), [&](int64_t begin, int64_t count) {
    at::Tensor part = embedded.narrow(0, begin, count);
    at::mm_out(part, At(indices.narrow(0, begin, count)), projection.t());
  });
  return embedded;
}

void TrainingRows::ForEachBlock(absl::FunctionRef<void(const at::Tensor& block)> take) const {
  ForEachRange(size(), [&](int64_t begin, int64_t count) {
    take(held_.defined() ? held_.narrow(0, begin, count)
                         : Fetch(at::arange(begin, begin + count, at::kLong)));
  });
}

at::Tensor PrincipalDirections(const TrainingRows& rows, int64_t count) {
  const at::TensorOptions doubles = at::TensorOptions(rows.device()).dtype(at::kDouble);
  at::Tensor mean = at::zeros({rows.dimension()}, doubles);
  rows.ForEachBlock([&](const at::Tensor& block) { mean += block.to(at::kDouble).sum(0); });
  mean /= static_cast<double>(rows.size());
  at::Tensor covariance = at::zeros({rows.dimension(), rows.dimension()}, doubles);
  rows.ForEachBlock([&](const at::Tensor& block) {
    const at::Tensor centred = block.to(at::kDouble) - mean;
    covariance.addmm_(centred.t(), centred);
  });
  const auto [values, vectors] = at::linalg_eigh(covariance.cpu());
  const at::Tensor directions = vectors.flip(1).slice(1, 0, count).t().contiguous();  // [L, D]
  const at::Tensor largest = directions.abs().argmax(1, true);
  return (directions * directions.gather(1, largest).sign()).to(at::kFloat);
}

}  // namespace facet
