// The step of sgd, which is sam's too.
#ifndef FACET_PLUGINS_OPTIMIZERS_SGD_RULE_H_
#define FACET_PLUGINS_OPTIMIZERS_SGD_RULE_H_

#include "core/api/optimizer.h"

namespace facet {

struct SgdOptions {
  double momentum = 0.9;
  bool nesterov = false;
  double weight_decay = 5e-4;

  void Visit(OptionVisitor& v) {
    v("momentum", momentum, Range(0, 1), "share of the velocity that a step keeps [1]; Parkhi");
    v("nesterov", nesterov, Any(), "Nesterov's momentum (Sutskever et al. 2013)");
    v("weight_decay", weight_decay, AtLeast(0), "l2 penalty on all weights [1]; Parkhi");
  }
};

// Changes value, state[0] (the velocity), and `rounded`.
void StepSgd(const SgdOptions& options, const OptimizedTensor& tensor, const OptimizerStep& step);

}  // namespace facet

#endif  // FACET_PLUGINS_OPTIMIZERS_SGD_RULE_H_
