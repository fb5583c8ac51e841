// Stochastic gradient descent with momentum and weight decay (Parkhi et al. 2015, section 4.3):
//   v <- momentum v + (gradient + weight_decay w),   w <- w - rate v.
// Nesterov's momentum (Sutskever et al. 2013, equations 3 and 4, in terms of the point where the
// gradient is taken):  w <- w - rate (gradient + weight_decay w + momentum v).
#ifndef FACET_CORE_TRAINING_SGD_H_
#define FACET_CORE_TRAINING_SGD_H_

#include "core/training/optimizer.h"

namespace facet {

class Sgd final : public Optimizer {
 public:
  explicit Sgd(const OptimizerSettings& settings)
      : Optimizer({"velocity"}, settings.decay_vectors), settings_(settings) {}

 private:
  void StepOne(Entry& entry, const at::Tensor& gradient, double rate,
               double gradient_scale) const override;

  const OptimizerSettings settings_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SGD_H_
