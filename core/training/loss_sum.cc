#include "core/training/loss_sum.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace facet {

void LossSum::Set(double sum, int64_t count) {
  sum_ = sum;
  num_read_ = count;
  num_unread_ = 0;
}

void LossSum::Add(double loss) {
  sum_ += loss;
  ++num_read_;
}

void LossSum::Add(const at::Tensor& loss) {
  const at::NoGradGuard no_grad;
  // Copied: where it comes from may be written to again.
  const at::Tensor one = loss.detach().to(at::kDouble, /*non_blocking=*/false, /*copy=*/true);
  unread_ = num_unread_ == 0 ? one.add_(sum_) : unread_.add_(one);
  ++num_unread_;
}

void LossSum::Read() {
  if (num_unread_ == 0) return;
  sum_ = unread_.item<double>();
  num_read_ += num_unread_;
  num_unread_ = 0;
}

double LossSum::mean() const { return num_read_ == 0 ? 0 : sum_ / static_cast<double>(num_read_); }

}  // namespace facet
