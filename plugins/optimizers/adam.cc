// Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1), with weight decay as an l2 penalty. In
// step t
//   g = gradient + weight_decay w,
//   m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2,
//   w <- w - rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon).
//
// In:    a tensor of any shape and its gradient, which is scaled (clipped) before the decay joins
//        it; weight_decay is 0 where the tensor does not decay. t counts the tensor's own steps.
// State: moment1 (m) and moment2 (v).
// Writes the bfloat16 copy too. Errors: none.
// Example:  optimizer = { use = "adam", weight_decay = 0.0 }
#include "plugins/optimizers/adam_rule.h"

namespace {

struct Options : facet::AdamOptions {
  void Visit(facet::OptionVisitor& v) {
    VisitMoments(v, "Kingma & Ba");
    v("weight_decay", weight_decay, facet::AtLeast(0), "l2 penalty on all weights [1]; Parkhi");
  }
};

class Adam final : public facet::Optimizer {
 public:
  explicit Adam(const Options& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"moment1", "moment2"}; }
  bool rounds() const override { return true; }
  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    facet::StepAdam(options_, facet::AdamDecay::kPenalty, tensor, step);
    return absl::OkStatus();
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, Adam, Options, "adam",
             "steps of about the rate: the mean gradient over the root of its mean square",
             "Kingma & Ba, arXiv:1412.6980")
