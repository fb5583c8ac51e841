// Stochastic gradient descent with momentum and weight decay (Parkhi et al. 2015, section 4.3):
//   v <- momentum v + (gradient + weight_decay w),   w <- w - rate v.
// Nesterov's momentum (Sutskever et al. 2013, equations 3 and 4, in terms of the point where the
// gradient is taken):  w <- w - rate (gradient + weight_decay w + momentum v).
//
// In:    a tensor of any shape and its gradient, which is scaled (clipped) before the decay joins
//        it; weight_decay is 0 where the tensor does not decay.
// State: velocity, in the gradient's unit: a new rate takes hold at once.
// Writes the bfloat16 copy too. Errors: none.
// Example:  optimizer = { use = "sgd", momentum = 0.9, weight_decay = 5e-4 }
#include "plugins/optimizers/sgd_rule.h"

namespace {

class Sgd final : public facet::Optimizer {
 public:
  explicit Sgd(const facet::SgdOptions& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"velocity"}; }
  bool rounds() const override { return true; }
  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    facet::StepSgd(options_, tensor, step);
    return absl::OkStatus();
  }

 private:
  const facet::SgdOptions options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, Sgd, facet::SgdOptions, "sgd",
             "gradient descent with momentum, Nesterov's too", "Parkhi et al. 2015, section 4.3")
