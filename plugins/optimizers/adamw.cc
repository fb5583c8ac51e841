// AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2): Adam beside which the weights
// decay, in step t
//   m <- beta1 m + (1 - beta1) gradient,   v <- beta2 v + (1 - beta2) gradient^2,
//   w <- (1 - rate weight_decay) w - rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
// Algorithm 2 has a schedule eta, a rate alpha and a decay lambda: rate here is eta alpha and
// weight_decay is lambda / alpha, as in most implementations.
//
// In:    a tensor of any shape and its gradient, which is scaled (clipped) first; weight_decay is 0
//        where the tensor does not decay. t counts the tensor's own steps.
// State: moment1 (m) and moment2 (v).
// Writes the bfloat16 copy too. Errors: none.
// Example:  optimizer = { use = "adamw", weight_decay = 0.05 }
#include "plugins/optimizers/adam_rule.h"

namespace {

struct Options : facet::AdamOptions {
  void Visit(facet::OptionVisitor& v) {
    VisitMoments(v, "Kingma & Ba");
    v("weight_decay", weight_decay, facet::AtLeast(0),
      "w shrinks by rate * weight_decay * w [1]; sgd's value");
  }
};

class AdamW final : public facet::Optimizer {
 public:
  explicit AdamW(const Options& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"moment1", "moment2"}; }
  bool rounds() const override { return true; }
  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    facet::StepAdam(options_, facet::AdamDecay::kDecoupled, tensor, step);
    return absl::OkStatus();
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, AdamW, Options, "adamw",
             "Adam with weight decay beside the gradient's step",
             "Loshchilov & Hutter, arXiv:1711.05101")
