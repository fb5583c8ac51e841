#include "core/stages/project/embedded_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "core/training/tuples.h"

namespace facet {
namespace {

constexpr int64_t kKeptShare = 4;  // of so many rows one was asked for: all are taken along

}  // namespace

at::Tensor EmbeddedRows::At(const at::Tensor& indices, const at::Tensor& projection) {
  const at::NoGradGuard no_gradient;
  num_asked_ += indices.numel();
  const int64_t bytes =
      rows_.size() * projection.size(0) * static_cast<int64_t>(projection.element_size());
  if (bytes > kMostEmbedded) return rows_.Embed(indices.cpu(), projection);
  if (!table_.defined()) {
    table_ = at::zeros({rows_.size(), projection.size(0)}, projection.options());
    known_.assign(static_cast<size_t>(rows_.size()), 0);
  }
  std::vector<int64_t> unknown;
  for (const int64_t index : ToVector(indices)) {
    uint8_t& is_known = known_[static_cast<size_t>(index)];
    if (is_known == 0) unknown.push_back(index);
    is_known = 1;
  }
  if (!unknown.empty()) {
    num_known_ += static_cast<int64_t>(unknown.size());
    const at::Tensor missing = at::tensor(unknown, at::kLong);
    table_.index_copy_(0, missing.to(table_.device()), rows_.Embed(missing, projection));
  }
  return table_.index_select(0, indices.to(table_.device()));
}

void EmbeddedRows::Descend(const at::Tensor& indices, const at::Tensor& gradient, double rate,
                           int64_t step, at::Tensor* projection) {
  const at::NoGradGuard no_gradient;
  const at::Tensor taught = rows_.At(indices);
  projection->addmm_(gradient.t(), taught, /*beta=*/1, /*alpha=*/-rate);
  const bool is_kept = num_known_ > 0 && num_asked_ * kKeptShare >= rows_.size() &&
                       num_known_ * kKeptShare >= rows_.size() && step % kStepsTakenAlong != 0;
  num_asked_ = 0;
  if (!is_kept) return Forget();
  int64_t begin = 0;
  rows_.ForEachBlock([&](const at::Tensor& block) {
    table_.narrow(0, begin, block.size(0))
        .addmm_(block.mm(taught.t()), gradient, /*beta=*/1, /*alpha=*/-rate);
    begin += block.size(0);
  });
}

void EmbeddedRows::Forget() {
  num_known_ = num_asked_ = 0;
  std::fill(known_.begin(), known_.end(), uint8_t{0});
}

at::Tensor EmbeddedRows::known() const {
  if (num_known_ == 0) return at::Tensor();
  return at::tensor(at::ArrayRef<uint8_t>(known_.data(), known_.size()), at::kByte).to(at::kFloat);
}

void EmbeddedRows::Restore(const at::Tensor& table, const at::Tensor& known) {
  table_ = table.to(rows_.device());
  known_.clear();
  num_known_ = num_asked_ = 0;
  const at::Tensor flags = known.cpu().contiguous();
  for (int64_t i = 0; i < flags.numel(); ++i) {
    known_.push_back(flags.data_ptr<float>()[i] > 0 ? 1 : 0);
    num_known_ += known_.back();
  }
}

}  // namespace facet
