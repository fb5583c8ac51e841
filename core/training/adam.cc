#include "core/training/adam.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/training/fused_update.h"

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
void Update(const AdamCoefficients& k, const Gradient* gradient, float* master, float* moment1,
            float* moment2, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = k.scale * static_cast<float>(gradient[i]) + k.penalty * master[i];
    moment1[i] = k.beta1 * moment1[i] + k.rest1 * g;
    moment2[i] = k.beta2 * moment2[i] + k.rest2 * g * g;
    master[i] =
        k.keep * master[i] - k.rate * moment1[i] / (k.root * std::sqrt(moment2[i]) + k.epsilon);
  }
}

}  // namespace

void Adam::StepOne(Entry& entry, const at::Tensor& gradient, double rate,
                   double gradient_scale) const {
  const bool decoupled = settings_.use == "adamw";
  const double decay = entry.decays ? settings_.weight_decay : 0.0;
  const double penalty = decoupled ? 0.0 : decay, keep = decoupled ? 1 - rate * decay : 1.0;
  const double beta1 = settings_.beta1, beta2 = settings_.beta2;
  const auto t = static_cast<double>(num_steps());
  const double step = rate / (1 - std::pow(beta1, t));
  const double root = 1 / std::sqrt(1 - std::pow(beta2, t));
  at::Tensor &moment1 = entry.state[0], &moment2 = entry.state[1];
  if (!entry.master.is_cpu()) {
    const at::Tensor g = gradient.to(at::kFloat).mul(gradient_scale).add_(entry.master, penalty);
    moment1.mul_(beta1).add_(g, 1 - beta1);
    moment2.mul_(beta2).addcmul_(g, g, 1 - beta2);
    const at::Tensor spread = moment2.sqrt().mul_(root).add_(settings_.epsilon);
    entry.master.mul_(keep).addcdiv_(moment1, spread, -step);
    return;
  }
  const auto f = [](double value) { return static_cast<float>(value); };
  const AdamCoefficients k = {f(step),
                              f(root),
                              f(beta1),
                              f(beta2),
                              f(1 - beta1),
                              f(1 - beta2),
                              f(settings_.epsilon),
                              f(gradient_scale),
                              f(penalty),
                              f(keep)};
  float* const m = moment1.data_ptr<float>();
  float* const v = moment2.data_ptr<float>();
  UpdateFused(gradient, entry.parameter, entry.master,
              [&](const auto* g, float* master, int64_t begin, int64_t end) {
                Update(k, g, master, m, v, begin, end);
              });
}

}  // namespace facet
