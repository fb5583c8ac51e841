// LAMB: You et al., arXiv:1904.00962, algorithm 2. For training with large batches; Adam's step of
// each tensor is scaled to the tensor's own size, in step t
//   m <- beta1 m + (1 - beta1) gradient,   v <- beta2 v + (1 - beta2) gradient^2,
//   u = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weight_decay w,
//   w <- w - rate |w| / |u| u.
// Texts and programs differ: here the moments are corrected for their start at zero as in Adam (some
// leave that to a warm-up), the trust ratio |w| / |u| is not clamped (the paper's phi is the
// identity), the decay is in u, whose norm it changes, and nothing is clipped beyond what the host
// does. That is NVIDIA's NVLAMB without its clipping.
//
// In:    a tensor of any shape and its gradient, which is scaled (clipped) first. |x|: l2 norm of
//        the whole tensor; the same bits with any number of threads. t counts the tensor's steps.
//        The ratio is for weights of two dimensions or more. It is 1, which leaves adamw, for
//        vectors (biases, normalisation), as is common, for what does not decay (weight_decay is 0
//        then too), and where w or u is all zeros.
// State: moment1 (m) and moment2 (v).
// Writes the bfloat16 copy too. Errors: none.
// The rate is the share of |w| that a step moves by: 0.001 to 0.02.
// Example:  optimizer = { use = "lamb", weight_decay = 0.01 }
#include <ATen/ATen.h>

#include <cmath>

#include "plugins/optimizers/adam_rule.h"
#include "plugins/optimizers/fused_update.h"

namespace {

struct Options : facet::MomentOptions {
  double weight_decay = 0.01;

  Options() { epsilon = 1e-6; }
  void Visit(facet::OptionVisitor& v) {
    VisitMoments(v, "the authors'");
    v("weight_decay", weight_decay, facet::AtLeast(0),
      "share of w that joins the step before it is scaled [1]; the authors'");
  }
};

struct LambCoefficients {
  float beta1, beta2, rest1, rest2;  // rest: 1 - beta
  float mean, root;                  // 1 / (1 - beta1^t), 1 / sqrt(1 - beta2^t)
  float epsilon, scale, decay;
};

template <class Gradient>
void UpdateMoments(const LambCoefficients& k, const Gradient* gradient, float* moment1,
                   float* moment2, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const float g = k.scale * static_cast<float>(gradient[i]);
    moment1[i] = k.beta1 * moment1[i] + k.rest1 * g;
    moment2[i] = k.beta2 * moment2[i] + k.rest2 * g * g;
  }
}

inline float Direction(const LambCoefficients& k, float value, float moment1, float moment2) {
  return k.mean * moment1 / (k.root * std::sqrt(moment2) + k.epsilon) + k.decay * value;
}

class Lamb final : public facet::Optimizer {
 public:
  explicit Lamb(const Options& options) : options_(options) {}

  std::vector<std::string> StateNames() const override { return {"moment1", "moment2"}; }
  bool rounds() const override { return true; }

  absl::Status Step(const facet::OptimizedTensor& tensor,
                    const facet::OptimizerStep& step) const override {
    const auto t = static_cast<double>(step.number);
    const double beta1 = options_.beta1, beta2 = options_.beta2;
    const double mean = 1 / (1 - std::pow(beta1, t)), root = 1 / std::sqrt(1 - std::pow(beta2, t));
    const double decay = tensor.decays ? options_.weight_decay : 0.0;
    if (!tensor.value.is_cpu()) {
      StepOperations(tensor, step, mean, root, decay);
      return absl::OkStatus();
    }
    const auto f = [](double value) { return static_cast<float>(value); };
    const LambCoefficients k = {f(beta1), f(beta2), f(1 - beta1),        f(1 - beta2),
                                f(mean),  f(root),  f(options_.epsilon), f(step.gradient_scale),
                                f(decay)};
    StepLoops(k, tensor, step.rate);
    return absl::OkStatus();
  }

 private:
  // u is computed twice: keeping it would be a tensor more.
  static void StepLoops(const LambCoefficients& k, const facet::OptimizedTensor& tensor,
                        double rate) {
    const float* const value = tensor.value.data_ptr<float>();
    float* const m = tensor.state[0].data_ptr<float>();
    float* const v = tensor.state[1].data_ptr<float>();
    const auto direction = [&k, value, m, v](int64_t i) {
      return Direction(k, value[i], m[i], v[i]);
    };
    const auto squares = facet::WithGradientData(tensor, [&](const auto* gradient) {
      return facet::SumOfParts<2>(tensor.value.numel(), [&](int64_t begin, int64_t end) {
        UpdateMoments(k, gradient, m, v, begin, end);
        return std::array<double, 2>{
            facet::SquaredSum(begin, end, [value](int64_t i) { return value[i]; }),
            facet::SquaredSum(begin, end, direction)};
      });
    });
    const auto factor =
        static_cast<float>(rate * Ratio(tensor, std::sqrt(squares[0]), std::sqrt(squares[1])));
    facet::UpdateFused(tensor, [&](const auto*, float* w, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) w[i] -= factor * Direction(k, w[i], m[i], v[i]);
    });
  }

  void StepOperations(const facet::OptimizedTensor& tensor, const facet::OptimizerStep& step,
                      double mean, double root, double decay) const {
    const at::Tensor g = tensor.gradient.to(at::kFloat).mul(step.gradient_scale);
    tensor.state[0].mul_(options_.beta1).add_(g, 1 - options_.beta1);
    tensor.state[1].mul_(options_.beta2).addcmul_(g, g, 1 - options_.beta2);
    const at::Tensor spread = tensor.state[1].sqrt().mul_(root).add_(options_.epsilon);
    const at::Tensor u = tensor.state[0].mul(mean).div_(spread).add_(tensor.value, decay);
    const double ratio = Ratio(tensor, tensor.value.norm(2, at::kDouble).item<double>(),
                               u.norm(2, at::kDouble).item<double>());
    tensor.value.sub_(u, step.rate * ratio);
    facet::RoundValue(tensor);
  }

  static double Ratio(const facet::OptimizedTensor& tensor, double value, double direction) {
    if (!tensor.decays || tensor.value.dim() < 2) return 1.0;
    return value > 0 && direction > 0 ? value / direction : 1.0;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Optimizer, Lamb, Options, "lamb",
             "Adam's step scaled to each tensor's size, for large batches",
             "You et al., arXiv:1904.00962")
