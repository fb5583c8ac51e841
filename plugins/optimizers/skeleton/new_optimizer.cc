// Gradient descent with momentum, whose weight decay is apart from the gradient (SGDW):
//   v <- momentum v + gradient,   w <- w - rate (v + weight_decay w).
//
// In:    a tensor of any shape and its gradient, float32 or bfloat16, to be multiplied by
//        gradient_scale (clipping) first; no decay where the tensor does not decay.
// State: velocity (v), in the gradient's unit: a new rate takes hold at once.
// Errors: none.
// Source: Loshchilov and Hutter, ICLR 2019, arXiv:1711.05101, algorithm 1.
// Example:  optimizer = { use = "new_optimizer", momentum = 0.9, weight_decay = 0.01 }
#include <ATen/ATen.h>

#include "core/api/optimizer.h"

namespace {

struct Options {
  double momentum = 0.9;
  double weight_decay = 5e-4;

  void Visit(facet::OptionVisitor& v) {
    v("momentum", momentum, facet::Range(0, 1), "share of the velocity that a step keeps [1]");
    v("weight_decay", weight_decay, facet::AtLeast(0),
      "share of w that a step of rate 1 takes [1]");
  }
};

class NewOptimizer final : public facet::Optimizer {
 public:
  explicit NewOptimizer(const Options& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"velocity"}; }

  // Element by element, in place: the same bits with any number of threads.
  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    at::Tensor value = tensor.value, velocity = tensor.state[0];  // handles: no copies
    velocity.mul_(options_.momentum).add_(tensor.gradient.to(at::kFloat), step.gradient_scale);
    if (tensor.decays) value.mul_(1 - step.rate * options_.weight_decay);
    value.sub_(velocity, step.rate);
    return absl::OkStatus();
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, NewOptimizer, Options, "new_optimizer",
             "gradient descent with momentum and decoupled weight decay",
             "Loshchilov and Hutter, arXiv:1711.05101")
