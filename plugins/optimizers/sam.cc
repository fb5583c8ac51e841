// SAM, sharpness-aware minimisation: Foret et al., arXiv:2010.01412, algorithm 1 and equation 2 with
// p = 2. A step takes the gradient not where the weights w are but where it climbs to, so that it
// heads for minima whose surroundings are low too:
//   climb:  w' = w + rho g(w) / |g(w)|
//   step:   sgd with momentum from w, down g(w')  (sgd.cc).
//
// In:    a tensor of any shape and two gradients of one batch, the second taken at w'. |g|: the l2
//        norm of all tensors together, which the host gives; no climb where it is 0.
//        Climbing follows the loss alone, without weight decay; the decay is of w, in the step.
//        Clipping scales both gradients. It does not matter to the climb, whose length is rho in
//        any case; the step's is by the norm at w'.
// State: velocity, and origin: w while it climbs, so that a step starts from its very bits. Between
//        steps nobody reads it.
// Writes the bfloat16 copy too, of w' as well: there a weight does not climb at all by less than
// half a unit of its last place, 1/512 to 1/256 of it.
// Costs two gradients a step. Errors: none.
// Example:  optimizer = { use = "sam", rho = 0.05, momentum = 0.9 }
#include <ATen/ATen.h>

#include "plugins/optimizers/fused_update.h"
#include "plugins/optimizers/sgd_rule.h"

namespace {

struct Options : facet::SgdOptions {
  double rho = 0.05;

  void Visit(facet::OptionVisitor& v) {
    v("rho", rho, facet::AtLeast(0), "length of the climb, of all weights together; paper");
    SgdOptions::Visit(v);
  }
};

class Sam final : public facet::Optimizer {
 public:
  explicit Sam(const Options& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"velocity", "origin"}; }
  bool rounds() const override { return true; }
  bool climbs() const override { return true; }

  absl::Status Climb(const facet::OptimizedTensor& tensor, const facet::OptimizerStep& step,
                     double gradient_norm) const override {
    const double length =
        gradient_norm > 0 ? options_.rho * step.gradient_scale / gradient_norm : 0.0;
    const at::Tensor& origin = tensor.state[1];
    if (!tensor.value.is_cpu()) {
      origin.copy_(tensor.value);
      tensor.value.add_(tensor.gradient.to(at::kFloat), length);
      facet::RoundValue(tensor);
      return absl::OkStatus();
    }
    const auto factor = static_cast<float>(length);
    float* const kept = origin.data_ptr<float>();
    facet::UpdateFused(tensor, [&](const auto* gradient, float* w, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        kept[i] = w[i];
        w[i] += factor * static_cast<float>(gradient[i]);
      }
    });
    return absl::OkStatus();
  }

  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    tensor.value.copy_(tensor.state[1]);
    facet::StepSgd(options_, tensor, step);
    return absl::OkStatus();
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, Sam, Options, "sam",
             "sgd down the gradient of the worst point nearby: two gradients a step",
             "Foret et al., arXiv:2010.01412")
