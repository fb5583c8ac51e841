// The step of adam and adamw, and the options that lamb shares.
#ifndef FACET_PLUGINS_OPTIMIZERS_ADAM_RULE_H_
#define FACET_PLUGINS_OPTIMIZERS_ADAM_RULE_H_

#include "core/api/optimizer.h"

namespace facet {

struct MomentOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;

  // epsilon: far enough above the least float32, where 0 / 0 would begin.
  void VisitMoments(OptionVisitor& v, const char* source) {
    const auto doc = [source](const char* text) { return std::string(text) + source; };
    v("beta1", beta1, Range(0, 0.999999), doc("decay of the mean gradient [1]; ").c_str());
    v("beta2", beta2, Range(0, 0.999999), doc("decay of the mean squared gradient [1]; ").c_str());
    v("epsilon", epsilon, AtLeast(1e-30), doc("added to the root; ").c_str());
  }
};

struct AdamOptions : MomentOptions {
  double weight_decay = 5e-4;
};

// How the weights decay: with the gradient's square in its mean, or beside it.
enum class AdamDecay { kPenalty, kDecoupled };

// Changes value, state[0] and state[1] (the two moments), and `rounded`.
void StepAdam(const AdamOptions& options, AdamDecay how, const OptimizedTensor& tensor,
              const OptimizerStep& step);

}  // namespace facet

#endif  // FACET_PLUGINS_OPTIMIZERS_ADAM_RULE_H_
