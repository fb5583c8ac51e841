// Optimisers that each break one sentence of the contract. They begin from gradient descent with
// momentum, of one gradient or of two, and spoil it.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "core/api/optimizer.h"

namespace {

using facet::OptimizedTensor;
using facet::OptimizerStep;

class BadOptimizer : public facet::Optimizer {
 public:
  explicit BadOptimizer(const facet::NoOptions&) {}
  std::vector<std::string> StateNames() const override { return {"velocity"}; }
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    return Descend(tensor, step);
  }

 protected:
  static absl::Status Descend(const OptimizedTensor& tensor, const OptimizerStep& step) {
    tensor.state[0].mul_(0.5).add_(tensor.gradient.to(at::kFloat), step.gradient_scale);
    tensor.value.sub_(tensor.state[0], step.rate);
    return absl::OkStatus();
  }
};

// Its step is the code.
#define BAD_OPTIMIZER(Name, ...)                                            \
  class Name final : public BadOptimizer {                                  \
   public:                                                                  \
    using BadOptimizer::BadOptimizer;                                       \
    absl::Status Step(const OptimizedTensor& tensor,                        \
                      const OptimizerStep& step) const override __VA_ARGS__ \
  };

class StateWithoutName final : public BadOptimizer {
 public:
  using BadOptimizer::BadOptimizer;
  std::vector<std::string> StateNames() const override { return {""}; }
};
class OneNameTwice final : public BadOptimizer {
 public:
  using BadOptimizer::BadOptimizer;
  std::vector<std::string> StateNames() const override { return {"velocity", "velocity"}; }
};

BAD_OPTIMIZER(FailsAtFirst, {
  if (!tensor.state[0].any().item<bool>()) return absl::InvalidArgumentError("no velocity");
  return Descend(tensor, step);
})
BAD_OPTIMIZER(FailsInTheEnd, {
  if (step.number == 1000 && tensor.decays) return absl::InvalidArgumentError("worn out");
  return Descend(tensor, step);
})
BAD_OPTIMIZER(DividesByItsState, {
  tensor.value.sub_(tensor.gradient / tensor.state[0], step.rate);
  return Descend(tensor, step);
})
BAD_OPTIMIZER(Ascends, { return Descend(tensor, {step.rate, -step.gradient_scale, step.number}); })
// At a rate of 1: too fast.
BAD_OPTIMIZER(IgnoresTheRate, { return Descend(tensor, {1.0, step.gradient_scale, step.number}); })
BAD_OPTIMIZER(IgnoresTheScale, { return Descend(tensor, {step.rate, 1.0, step.number}); })
// The one in this process that was made or asked last starts more slowly.
BAD_OPTIMIZER(CountsInTheProcess, {
  static int64_t num_steps = 0;
  return Descend(tensor, {step.rate / (1 + 1e-3 * static_cast<double>(++num_steps)),
                          step.gradient_scale, step.number});
})
BAD_OPTIMIZER(DependsOnThreads, {
  return Descend(
      tensor, {step.rate * (1 + 1e-5 * at::get_num_threads()), step.gradient_scale, step.number});
})
// Freezes what is second in memory, wherever that is in the tensor.
BAD_OPTIMIZER(ReadsMemoryInOrder, {
  if (tensor.value.numel() < 2) return Descend(tensor, step);
  const float kept = tensor.value.data_ptr<float>()[1];
  const absl::Status status = Descend(tensor, step);
  tensor.value.data_ptr<float>()[1] = kept;
  return status;
})
BAD_OPTIMIZER(DecaysEverything, {
  tensor.value.mul_(1 - 0.01 * step.rate);
  return Descend(tensor, step);
})
BAD_OPTIMIZER(DecaysWithoutARate, {
  if (tensor.decays) tensor.value.mul_(0.999);
  return Descend(tensor, step);
})
BAD_OPTIMIZER(ClearsTheGradient, {
  const absl::Status status = Descend(tensor, step);
  tensor.gradient.zero_();
  return status;
})
BAD_OPTIMIZER(RefusesBFloat16, {
  if (tensor.gradient.scalar_type() != at::kFloat) return absl::InvalidArgumentError("bfloat16");
  return Descend(tensor, step);
})
BAD_OPTIMIZER(ScalesInBFloat16, {
  OptimizedTensor scaled = tensor;
  scaled.gradient = tensor.gradient * step.gradient_scale;
  return Descend(scaled, {step.rate, 1.0, step.number});
})

// A warm-up by its own count of steps, which no checkpoint holds.
class RemembersSteps final : public BadOptimizer {
 public:
  using BadOptimizer::BadOptimizer;
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    const double warm = ++num_steps_ < 3 ? 0.5 : 1.0;
    return Descend(tensor, {step.rate * warm, step.gradient_scale, step.number});
  }

 private:
  mutable int64_t num_steps_ = 0;
};

class OnlySaysThatItRounds final : public BadOptimizer {
 public:
  using BadOptimizer::BadOptimizer;
  bool rounds() const override { return true; }
};

class ClimbsUnasked final : public BadOptimizer {
 public:
  using BadOptimizer::BadOptimizer;
  absl::Status Climb(const OptimizedTensor&, const OptimizerStep&, double) const override {
    return absl::OkStatus();
  }
};

class BadClimber : public BadOptimizer {
 public:
  using BadOptimizer::BadOptimizer;
  std::vector<std::string> StateNames() const override { return {"velocity", "origin"}; }
  bool climbs() const override { return true; }
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep& step,
                     double norm) const override {
    return ClimbBy(tensor, norm > 0 ? 0.01 * step.gradient_scale / norm : 0.0);
  }
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    tensor.value.copy_(tensor.state[1]);
    return Descend(tensor, step);
  }

 protected:
  static absl::Status ClimbBy(const OptimizedTensor& tensor, double length) {
    tensor.state[1].copy_(tensor.value);
    tensor.value.add_(tensor.gradient.to(at::kFloat), length);
    return absl::OkStatus();
  }
};

class FailsToClimb final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep& step,
                     double norm) const override {
    if (tensor.rounded.defined() && tensor.gradient.scalar_type() == at::kFloat) {
      return absl::InvalidArgumentError("two types");
    }
    return BadClimber::Climb(tensor, step, norm);
  }
};

class ClimbsDown final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep&,
                     double norm) const override {
    return ClimbBy(tensor, norm > 0 ? -0.01 / norm : 0.0);
  }
};

class DividesByTheNorm final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep& step,
                     double norm) const override {
    return ClimbBy(tensor, 0.01 * step.gradient_scale / norm);
  }
};

class RefusesToStay final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep& step,
                     double norm) const override {
    if (norm == 0 && tensor.decays) return absl::InvalidArgumentError("no gradient");
    return BadClimber::Climb(tensor, step, norm);
  }
};

class ClimbClearsTheGradient final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  absl::Status Climb(const OptimizedTensor& tensor, const OptimizerStep& step,
                     double norm) const override {
    const absl::Status status = BadClimber::Climb(tensor, step, norm);
    tensor.gradient.zero_();
    return status;
  }
};

// Keeps how far it climbed instead of where it came from.
class UndoesByArithmetic final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    const at::Tensor climbed = tensor.value - tensor.state[1];
    tensor.value.sub_(climbed * (1 + 1e-5));
    return Descend(tensor, step);
  }
};

class RoundsStepsAlone final : public BadClimber {
 public:
  using BadClimber::BadClimber;
  bool rounds() const override { return true; }
  absl::Status Step(const OptimizedTensor& tensor, const OptimizerStep& step) const override {
    const absl::Status status = BadClimber::Step(tensor, step);
    if (tensor.rounded.defined()) tensor.rounded.copy_(tensor.value);
    return status;
  }
};

}  // namespace

#define BAD(Class, name) \
  FACET_COMPONENT(facet::Optimizer, Class, facet::NoOptions, name, "breaks the contract", "none")

FACET_PLUGIN_COMPONENTS(
    BAD(StateWithoutName, "state_without_name"), BAD(OneNameTwice, "one_name_twice"),
    BAD(FailsAtFirst, "fails_at_first"), BAD(FailsInTheEnd, "fails_in_the_end"),
    BAD(DividesByItsState, "divides_by_its_state"), BAD(Ascends, "ascends"),
    BAD(IgnoresTheRate, "ignores_the_rate"), BAD(IgnoresTheScale, "ignores_the_scale"),
    BAD(CountsInTheProcess, "counts_in_the_process"), BAD(DependsOnThreads, "depends_on_threads"),
    BAD(ReadsMemoryInOrder, "reads_memory_in_order"), BAD(DecaysEverything, "decays_everything"),
    BAD(DecaysWithoutARate, "decays_without_a_rate"), BAD(ClearsTheGradient, "clears_the_gradient"),
    BAD(RefusesBFloat16, "refuses_bfloat16"), BAD(ScalesInBFloat16, "scales_in_bfloat16"),
    BAD(RemembersSteps, "remembers_steps"), BAD(OnlySaysThatItRounds, "only_says_that_it_rounds"),
    BAD(ClimbsUnasked, "climbs_unasked"), BAD(FailsToClimb, "fails_to_climb"),
    BAD(ClimbsDown, "climbs_down"), BAD(DividesByTheNorm, "divides_by_the_norm"),
    BAD(RefusesToStay, "refuses_to_stay"), BAD(ClimbClearsTheGradient, "climb_clears_the_gradient"),
    BAD(UndoesByArithmetic, "undoes_by_arithmetic"), BAD(RoundsStepsAlone, "rounds_steps_alone"))
