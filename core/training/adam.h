// Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1): in step t
//   m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2,
//   w <- w - rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon),
// with weight decay as an l2 penalty, g = gradient + weight_decay w; or AdamW (Loshchilov & Hutter
// 2019, arXiv:1711.05101, algorithm 2), where g = gradient and, beside that step,
//   w <- w - rate weight_decay w.
// Algorithm 2 has a schedule eta, a rate alpha and a decay lambda: rate here is eta alpha and
// weight_decay is lambda / alpha, as in most implementations.
#ifndef FACET_CORE_TRAINING_ADAM_H_
#define FACET_CORE_TRAINING_ADAM_H_

#include "core/training/optimizer.h"

namespace facet {

class Adam final : public Optimizer {
 public:
  explicit Adam(const OptimizerSettings& settings)
      : Optimizer({"moment1", "moment2"}, settings.decay_vectors), settings_(settings) {}

 private:
  void StepOne(Entry& entry, const at::Tensor& gradient, double rate,
               double gradient_scale) const override;

  const OptimizerSettings settings_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_ADAM_H_
