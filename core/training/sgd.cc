#include "core/training/sgd.h"

#include <ATen/ATen.h>

#include "core/training/fused_update.h"

namespace facet {
namespace {

struct SgdCoefficients {
  float rate, momentum, weight_decay, scale;
};

template <bool nesterov, class Gradient>
void Update(const SgdCoefficients& k, const Gradient* gradient, float* master, float* velocity,
            int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = k.scale * static_cast<float>(gradient[i]) + k.weight_decay * master[i];
    velocity[i] = k.momentum * velocity[i] + g;
    master[i] -= k.rate * (nesterov ? g + k.momentum * velocity[i] : velocity[i]);
  }
}

}  // namespace

void Sgd::StepOne(Entry& entry, const at::Tensor& gradient, double rate,
                  double gradient_scale) const {
  const double momentum = settings_.momentum;
  const double decay = entry.decays ? settings_.weight_decay : 0.0;
  if (!entry.master.is_cpu()) {
    const at::Tensor g = gradient.to(at::kFloat).mul(gradient_scale).add_(entry.master, decay);
    at::Tensor& velocity = entry.state[0];
    velocity.mul_(momentum).add_(g);
    entry.master.add_(settings_.nesterov ? g.add(velocity, momentum) : velocity, -rate);
    return;
  }
  const SgdCoefficients k = {static_cast<float>(rate), static_cast<float>(momentum),
                             static_cast<float>(decay), static_cast<float>(gradient_scale)};
  float* const velocity = entry.state[0].data_ptr<float>();
  UpdateFused(gradient, entry.parameter, entry.master,
              [&](const auto* g, float* master, int64_t begin, int64_t end) {
                settings_.nesterov ? Update<true>(k, g, master, velocity, begin, end)
                                   : Update<false>(k, g, master, velocity, begin, end);
              });
}

}  // namespace facet
