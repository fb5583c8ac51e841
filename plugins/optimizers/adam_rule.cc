#include "plugins/optimizers/adam_rule.h"

#include <ATen/ATen.h>

#include <cmath>

#include "plugins/optimizers/fused_update.h"

namespace facet {
namespace {

struct AdamCoefficients {
  float rate;                        // over 1 - beta1^t
  float root;                        // 1 / sqrt(1 - beta2^t)
  float beta1, beta2, rest1, rest2;  // rest: 1 - beta
  float epsilon, scale;
  float penalty;  // l2, in the gradient
  float keep;     // 1 - rate * decoupled decay
};

template <class Gradient>
void UpdateAdam(const AdamCoefficients& k, const Gradient* gradient, float* value, float* moment1,
                float* moment2, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = k.scale * static_cast<float>(gradient[i]) + k.penalty * value[i];
    moment1[i] = k.beta1 * moment1[i] + k.rest1 * g;
    moment2[i] = k.beta2 * moment2[i] + k.rest2 * g * g;
    value[i] =
        k.keep * value[i] - k.rate * moment1[i] / (k.root * std::sqrt(moment2[i]) + k.epsilon);
  }
}

}  // namespace

void StepAdam(const AdamOptions& options, AdamDecay how, const OptimizedTensor& tensor,
              const OptimizerStep& step) {
  const bool decoupled = how == AdamDecay::kDecoupled;
  const double decay = tensor.decays ? options.weight_decay : 0.0;
  const double penalty = decoupled ? 0.0 : decay, keep = decoupled ? 1 - step.rate * decay : 1.0;
  const double beta1 = options.beta1, beta2 = options.beta2;
  const auto t = static_cast<double>(step.number);
  const double rate = step.rate / (1 - std::pow(beta1, t));
  const double root = 1 / std::sqrt(1 - std::pow(beta2, t));
  const at::Tensor &moment1 = tensor.state[0], &moment2 = tensor.state[1];
  if (!tensor.value.is_cpu()) {
    const at::Tensor g =
        tensor.gradient.to(at::kFloat).mul(step.gradient_scale).add_(tensor.value, penalty);
    moment1.mul_(beta1).add_(g, 1 - beta1);
    moment2.mul_(beta2).addcmul_(g, g, 1 - beta2);
    const at::Tensor spread = moment2.sqrt().mul_(root).add_(options.epsilon);
    tensor.value.mul_(keep).addcdiv_(moment1, spread, -rate);
    RoundValue(tensor);
    return;
  }
  const auto f = [](double value) { return static_cast<float>(value); };
  const AdamCoefficients k = {
      f(rate),      f(root),      f(beta1),           f(beta2),
      f(1 - beta1), f(1 - beta2), f(options.epsilon), f(step.gradient_scale),
      f(penalty),   f(keep)};
  float* const m = moment1.data_ptr<float>();
  float* const v = moment2.data_ptr<float>();
  UpdateFused(tensor, [&](const auto* g, float* value, int64_t begin, int64_t end) {
    UpdateAdam(k, g, value, m, v, begin, end);
  });
}

}  // namespace facet
