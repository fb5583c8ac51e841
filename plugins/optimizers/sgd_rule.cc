#include "plugins/optimizers/sgd_rule.h"

#include <ATen/ATen.h>

#include "plugins/optimizers/fused_update.h"

namespace facet {
namespace {

struct SgdCoefficients {
  float rate, momentum, weight_decay, scale;
};

template <bool nesterov, class Gradient>
void UpdateSgd(const SgdCoefficients& k, const Gradient* gradient, float* value, float* velocity,
               int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = k.scale * static_cast<float>(gradient[i]) + k.weight_decay * value[i];
    velocity[i] = k.momentum * velocity[i] + g;
    value[i] -= k.rate * (nesterov ? g + k.momentum * velocity[i] : velocity[i]);
  }
}

}  // namespace

void StepSgd(const SgdOptions& options, const OptimizedTensor& tensor, const OptimizerStep& step) {
  const double decay = tensor.decays ? options.weight_decay : 0.0;
  if (!tensor.value.is_cpu()) {
    const at::Tensor g =
        tensor.gradient.to(at::kFloat).mul(step.gradient_scale).add_(tensor.value, decay);
    const at::Tensor& velocity = tensor.state[0];
    velocity.mul_(options.momentum).add_(g);
    tensor.value.add_(options.nesterov ? g.add(velocity, options.momentum) : velocity, -step.rate);
    RoundValue(tensor);
    return;
  }
  const SgdCoefficients k = {static_cast<float>(step.rate), static_cast<float>(options.momentum),
                             static_cast<float>(decay), static_cast<float>(step.gradient_scale)};
  float* const velocity = tensor.state[0].data_ptr<float>();
  UpdateFused(tensor, [&](const auto* g, float* value, int64_t begin, int64_t end) {
    options.nesterov ? UpdateSgd<true>(k, g, value, velocity, begin, end)
                     : UpdateSgd<false>(k, g, value, velocity, begin, end);
  });
}

}  // namespace facet
