// LARS, layer-wise adaptive rates: You, Gitman, Ginsburg, arXiv:1708.03888, algorithm 1. For
// training with large batches; each tensor moves by a share of its own size:
//   ratio = trust_coefficient |w| / (|gradient| + weight_decay |w|)     (equation 6)
//   v <- momentum v + rate ratio (gradient + weight_decay w),   w <- w - v.
// The rate is in v, as in the paper: where it falls, earlier steps still roll on. (Several
// implementations multiply by it last; at one rate both are the same.)
//
// In:    a tensor of any shape and its gradient, which is scaled (clipped) first. |x|: l2 norm of
//        the whole tensor; the same bits with any number of threads.
//        The ratio is for weights of two dimensions or more. It is 1, which leaves sgd with
//        momentum, for vectors (biases, normalisation), as is common, for what does not decay
//        (weight_decay is 0 then too), and where w or the gradient is all zeros.
// State: velocity (v), in the weights' unit.
// Writes the bfloat16 copy too. Errors: none.
// The rate is of another size than sgd's: 1 to 30, reached by a warm-up.
// Example:  optimizer = { use = "lars", trust_coefficient = 0.001 }
#include <ATen/ATen.h>

#include <cmath>

#include "plugins/optimizers/fused_update.h"

namespace {

struct Options {
  double momentum = 0.9;
  double trust_coefficient = 0.001;
  double weight_decay = 5e-4;

  void Visit(facet::OptionVisitor& v) {
    v("momentum", momentum, facet::Range(0, 1), "share of v that a step keeps [1]; paper");
    v("trust_coefficient", trust_coefficient, facet::Above(0),
      "share of |w| that a step of rate 1 moves by [1]; paper");
    v("weight_decay", weight_decay, facet::AtLeast(0), "l2 penalty on all weights [1]; paper");
  }
};

struct LarsCoefficients {
  float rate, momentum, weight_decay, scale;
};

template <class Gradient>
void UpdateLars(const LarsCoefficients& k, const Gradient* gradient, float* value, float* velocity,
                int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = k.scale * static_cast<float>(gradient[i]) + k.weight_decay * value[i];
    velocity[i] = k.momentum * velocity[i] + k.rate * g;
    value[i] -= velocity[i];
  }
}

// Of value and gradient, not scaled.
std::array<double, 2> LarsNorms(const facet::OptimizedTensor& tensor) {
  if (!tensor.value.is_cpu()) {
    return {tensor.value.norm(2, at::kDouble).item<double>(),
            tensor.gradient.norm(2, at::kDouble).item<double>()};
  }
  const float* const value = tensor.value.data_ptr<float>();
  return facet::WithGradientData(tensor, [&](const auto* gradient) {
    const auto sums = facet::SumOfParts<2>(tensor.value.numel(), [&](int64_t begin, int64_t end) {
      return std::array<double, 2>{
          facet::SquaredSum(begin, end, [value](int64_t i) { return value[i]; }),
          facet::SquaredSum(begin, end,
                            [gradient](int64_t i) { return static_cast<float>(gradient[i]); })};
    });
    return std::array<double, 2>{std::sqrt(sums[0]), std::sqrt(sums[1])};
  });
}

class Lars final : public facet::Optimizer {
 public:
  explicit Lars(const Options& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"velocity"}; }
  bool rounds() const override { return true; }

  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    const double decay = tensor.decays ? options_.weight_decay : 0.0;
    const double rate = step.rate * Ratio(tensor, step);
    if (!tensor.value.is_cpu()) {
      const at::Tensor g =
          tensor.gradient.to(at::kFloat).mul(step.gradient_scale).add_(tensor.value, decay);
      tensor.state[0].mul_(options_.momentum).add_(g, rate);
      tensor.value.sub_(tensor.state[0]);
      facet::RoundValue(tensor);
      return absl::OkStatus();
    }
    const LarsCoefficients k = {static_cast<float>(rate), static_cast<float>(options_.momentum),
                                static_cast<float>(decay), static_cast<float>(step.gradient_scale)};
    float* const velocity = tensor.state[0].data_ptr<float>();
    facet::UpdateFused(tensor, [&](const auto* g, float* value, int64_t begin, int64_t end) {
      UpdateLars(k, g, value, velocity, begin, end);
    });
    return absl::OkStatus();
  }

 private:
  double Ratio(const facet::OptimizedTensor& tensor, const facet::OptimizerStep& step) const {
    if (!tensor.decays || tensor.value.dim() < 2) return 1.0;
    const auto [value, gradient] = LarsNorms(tensor);
    const double scaled = std::abs(step.gradient_scale) * gradient;
    if (!(value > 0 && scaled > 0)) return 1.0;
    return options_.trust_coefficient * value / (scaled + options_.weight_decay * value);
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, Lars, Options, "lars",
             "sgd whose rate is a share of each tensor's size, for large batches",
             "You et al., arXiv:1708.03888")
