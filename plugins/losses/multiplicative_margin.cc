#include "plugins/losses/multiplicative_margin.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace facet {

MultiplicativeMargin::MultiplicativeMargin(const std::string& loss,
                                           const MultiplicativeMarginOptions& options,
                                           MarginSoftmaxOptions::Factor factor)
    : MarginSoftmax({loss, options.init, options.scale, factor}), options_(options) {}

absl::Status MultiplicativeMargin::Initialize(int64_t dimension, int64_t num_classes,
                                              uint64_t seed) {
  steps_ = at::zeros({1});
  return MarginSoftmax::Initialize(dimension, num_classes, seed);
}

std::vector<NamedTensor> MultiplicativeMargin::Buffers() {
  if (options_.lambda_start == 0.0) return {};
  return {{"steps", steps_}};
}

at::Tensor MultiplicativeMargin::WithMargin(const at::Tensor& cosines, const at::Tensor&) {
  const at::Tensor psi = MultipliedAngle(cosines, options_.margin);
  double lambda = options_.lambda;
  if (options_.lambda_start > 0.0) {
    const double step = 1.0 + steps_.item<double>();
    lambda = std::max(lambda, options_.lambda_start * std::pow(1.0 + options_.lambda_decay * step,
                                                               -options_.lambda_power));
    if (at::GradMode::is_enabled()) steps_.add_(1);
  }
  return (lambda * cosines + psi) / (1.0 + lambda);
}

}  // namespace facet
