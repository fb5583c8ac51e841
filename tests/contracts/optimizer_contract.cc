#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <utility>

#include "core/api/optimizer.h"
#include "core/base/status.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

constexpr double kRate = 0.1;

// The gradient where a tensor's value is in step t, in the type that it is to come in.
using GradientOf = std::function<at::Tensor(const at::Tensor& value, int64_t t)>;

at::Tensor Noise(at::IntArrayRef shape, uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed));
}

GradientOf Always(const at::Tensor& gradient) {
  return [gradient](const at::Tensor&, int64_t) { return gradient; };
}

OptimizedTensor FromZero(const Optimizer& optimizer, const at::Tensor& value, bool decays = true) {
  OptimizedTensor tensor;
  tensor.value = value.clone();
  for (size_t i = 0; i < optimizer.StateNames().size(); ++i) {
    tensor.state.push_back(at::zeros_like(value));
  }
  tensor.decays = decays;
  return tensor;
}

// The gradient is laid out like the value. Returns its norm, scaled.
double TakeGradient(const GradientOf& gradient_of, const OptimizerStep& step,
                    OptimizedTensor* tensor) {
  const at::Tensor gradient = gradient_of(tensor->value, step.number);
  tensor->gradient = at::empty_like(tensor->value, gradient.options()).copy_(gradient);
  return step.gradient_scale * gradient.norm(2, at::kDouble).item<double>();
}

// All of one step: one that climbs takes two gradients.
absl::Status WholeStep(const Optimizer& optimizer, const GradientOf& gradient_of,
                       const OptimizerStep& step, OptimizedTensor* tensor) {
  const double norm = TakeGradient(gradient_of, step, tensor);
  if (optimizer.climbs()) {
    FACET_RETURN_IF_ERROR(optimizer.Climb(*tensor, step, norm));
    TakeGradient(gradient_of, step, tensor);
  }
  return optimizer.Step(*tensor, step);
}

struct Steps {
  int64_t first = 1, last = 3;
  double rate = kRate;
  std::vector<double> scales = {};  // of the first steps; then 1
};

// Those steps of a fresh optimiser.
void Run(Contract& contract, const GradientOf& gradient_of, const Steps& steps,
         OptimizedTensor* tensor) {
  const auto optimizer = contract.Make<Optimizer>();
  for (int64_t t = steps.first; t <= steps.last; ++t) {
    const auto i = static_cast<size_t>(t - 1);
    const double scale = i < steps.scales.size() ? steps.scales[i] : 1.0;
    const absl::Status status = WholeStep(*optimizer, gradient_of, {steps.rate, scale, t}, tensor);
    if (!contract.ExpectOk(status, "a step is no error")) return;
  }
}

at::Tensor After(Contract& contract, const at::Tensor& start, const GradientOf& gradient_of,
                 const Steps& steps = {}, bool decays = true) {
  OptimizedTensor tensor = FromZero(*contract.Make<Optimizer>(), start, decays);
  Run(contract, gradient_of, steps, &tensor);
  return tensor.value;
}

// Sums in another order, or a product in another place.
bool About(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-5, 1e-6); }

void CheckState(Contract& contract, const Optimizer& optimizer) {
  const std::vector<std::string> names = optimizer.StateNames();
  contract.Expect(std::count(names.begin(), names.end(), "") == 0,
                  "the tensors of its state have names");
  contract.Expect(std::set<std::string>(names.begin(), names.end()).size() == names.size(),
                  "the tensors of its state have different names");
}

// Returns whether anything else can be looked at.
bool CheckFirstStep(Contract& contract, const Optimizer& optimizer) {
  const at::Tensor gradient = Noise({4, 3}, 2);
  OptimizedTensor tensor = FromZero(optimizer, Noise({4, 3}, 1));
  const absl::Status status = WholeStep(optimizer, Always(gradient), {kRate, 1.0, 1}, &tensor);
  if (!contract.ExpectOk(status, "a step from a state of zeros is no error")) return false;
  bool finite = at::isfinite(tensor.value).all().item<bool>();
  for (const at::Tensor& state : tensor.state) {
    finite = finite && at::isfinite(state).all().item<bool>();
  }
  contract.Expect(at::equal(tensor.gradient, gradient), "it leaves the gradient as it is");
  return contract.Expect(finite, "a step from a state of zeros gives finite values");
}

void CheckMinimises(Contract& contract) {
  contract.Section("descent");
  // 12 curvatures from 0.1 to 10. sgd with a momentum up to 0.9 does not overshoot (its bound is
  // 2 over the largest), a step of fixed length ends near the minimum, and so does one of a
  // thousandth of the weights' length times the rate, with momentum. At ten times the rate sgd
  // would run away.
  const at::Tensor curvature = at::logspace(-1, 1, 12, 10.0, at::kFloat);
  for (const bool matrix : {true, false}) {
    const at::Tensor a = matrix ? curvature.view({4, 3}) : curvature;
    const auto loss = [&a](const at::Tensor& w) { return (a * w * w).sum().item<double>() / 2; };
    const at::Tensor start = at::ones_like(a);
    const at::Tensor end = After(
        contract, start, [&a](const at::Tensor& w, int64_t) { return a * w; }, {1, 1000}, matrix);
    if (!contract.Expect(loss(end) < loss(start) / 2,
                         "1000 steps at a rate of 0.1 halve a quadratic of curvatures 0.1 to 10")) {
      return;
    }
  }
}

// What else the result may not depend on. Large enough that threads share it.
void CheckPurity(Contract& contract) {
  contract.Section("determinism");
  const at::Tensor start = Noise({40, 30, 9, 10}, 3), gradient = Noise({40, 30, 9, 10}, 4);
  const GradientOf gradient_of = Always(gradient);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor alone = After(contract, start, gradient_of);
  contract.Expect(at::equal(After(contract, start, gradient_of), alone),
                  "equal arguments give equal bits");
  at::set_num_threads(3);
  const at::Tensor shared = After(contract, start, gradient_of);
  at::set_num_threads(threads);
  contract.Expect(at::equal(shared, alone), "the number of threads changes no bit");

  OptimizedTensor tensor = FromZero(*contract.Make<Optimizer>(), start);
  Run(contract, gradient_of, {1, 3}, &tensor);
  for (at::Tensor& state : tensor.state) state = state.clone();
  tensor.value = tensor.value.clone();
  Run(contract, gradient_of, {4, 6}, &tensor);
  contract.Expect(at::equal(tensor.value, After(contract, start, gradient_of, {1, 6})),
                  "a fresh one goes on from copies of value and state with the same bits");

  const at::Tensor channels_last = start.contiguous(at::MemoryFormat::ChannelsLast);
  contract.Expect(
      About(After(contract, channels_last, gradient_of), After(contract, start, gradient_of)),
      "channels last in memory or not, a step is the same");
}

void CheckArguments(Contract& contract, const Optimizer& optimizer) {
  contract.Section("arguments");
  const at::Tensor start = Noise({4, 3}, 5), gradient = Noise({4, 3}, 6);
  // Each step another scale, for a rule may be blind to one that stays; without decay, because a
  // trust ratio is blind too.
  const std::vector<double> scales = {1.0, 0.1, 0.5};
  const GradientOf scaled = [&](const at::Tensor&, int64_t t) {
    return gradient * scales[static_cast<size_t>(t - 1)];
  };
  contract.Expect(About(After(contract, start, Always(gradient), {1, 3, kRate, scales}, false),
                        After(contract, start, scaled, {}, false)),
                  "gradient_scale is a factor of the gradient");
  const GradientOf zero = Always(at::zeros_like(gradient));
  contract.Expect(at::equal(After(contract, start, zero, {}, false), start),
                  "what does not decay stays where its gradient is zero");
  contract.Expect(at::equal(After(contract, start, Always(gradient), {1, 1, 0.0}), start),
                  optimizer.climbs() ? "a step of rate 0 undoes the climb to the bit"
                                     : "a step of rate 0 leaves the value as it is");
}

void CheckBFloat16(Contract& contract, const Optimizer& optimizer) {
  contract.Section("bfloat16");
  const at::Tensor start = Noise({4, 3}, 7), gradient = Noise({4, 3}, 8).to(at::kBFloat16);
  OptimizedTensor tensor = FromZero(optimizer, start);
  tensor.rounded = start.to(at::kBFloat16);
  const absl::Status status = WholeStep(optimizer, Always(gradient), {kRate, 0.3, 1}, &tensor);
  if (!contract.ExpectOk(status, "a gradient in bfloat16 is no error")) return;
  const at::Tensor in_float =
      After(contract, start, Always(gradient.to(at::kFloat)), {1, 1, kRate, {0.3}});
  contract.Expect(About(tensor.value, in_float),
                  "a gradient in bfloat16 is as good as those values in float32");
  if (optimizer.rounds()) {
    contract.Expect(at::equal(tensor.rounded, tensor.value.to(at::kBFloat16)),
                    "if it says that it rounds, a step writes `rounded`");
  }
}

void CheckClimb(Contract& contract, const Optimizer& optimizer) {
  contract.Section("climbing");
  const at::Tensor start = Noise({4, 3}, 9), gradient = Noise({4, 3}, 10);
  OptimizedTensor tensor = FromZero(optimizer, start);
  tensor.rounded = start.to(at::kBFloat16);
  const OptimizerStep step = {kRate, 1.0, 1};
  const double norm = TakeGradient(Always(gradient), step, &tensor);
  const absl::Status status = optimizer.Climb(tensor, step, norm);
  if (!optimizer.climbs()) {
    contract.Expect(absl::IsUnimplemented(status), "what does not climb says so: Unimplemented");
    return;
  }
  if (!contract.ExpectOk(status, "a climb is no error")) return;
  contract.Expect(((tensor.value - start) * gradient).sum().item<double>() > 0,
                  "a climb leads up the gradient");
  contract.Expect(at::equal(tensor.gradient, gradient), "a climb leaves the gradient as it is");
  if (optimizer.rounds()) {
    contract.Expect(at::equal(tensor.rounded, tensor.value.to(at::kBFloat16)),
                    "if it says that it rounds, a climb writes `rounded` too");
  }
  OptimizedTensor flat = FromZero(optimizer, start);
  TakeGradient(Always(at::zeros_like(start)), step, &flat);
  if (contract.ExpectOk(optimizer.Climb(flat, step, 0.0), "a gradient of zero is no error")) {
    contract.Expect(at::equal(flat.value, start), "nothing climbs by a gradient of zero");
  }
}

// Two tensors in turn, and each alone.
void CheckTensorOrder(Contract& contract, const Optimizer& optimizer) {
  contract.Section("order independence");
  const at::Tensor start = Noise({4, 3}, 11), gradient = Noise({4, 3}, 12);
  OptimizedTensor first = FromZero(optimizer, start), other = FromZero(optimizer, start * 2);
  for (int64_t t = 1; t <= 3; ++t) {
    const OptimizerStep step = {kRate, 1.0, t};
    contract.ExpectOk(WholeStep(optimizer, Always(-gradient), step, &other), "a step is no error");
    contract.ExpectOk(WholeStep(optimizer, Always(gradient), step, &first), "a step is no error");
  }
  contract.Expect(at::equal(first.value, After(contract, start, Always(gradient))),
                  "steps of other tensors in between change no bit");
}

void CheckOddTensors(Contract& contract, const Optimizer& optimizer) {
  contract.Section("odd tensors");
  for (const at::Tensor& start :
       {at::ones({1}), at::ones({}), at::ones({0, 3}), at::ones({1, 5})}) {
    const at::Tensor end = After(contract, start, Always(at::full_like(start, 0.5)));
    contract.Expect(at::isfinite(end).all().item<bool>(),
                    "a tensor of any shape stays finite, one without elements too");
  }
  const at::Tensor large = After(contract, at::ones({3}), Always(at::full({3}, 1e15)));
  contract.Expect(at::isfinite(large).all().item<bool>(), "a large gradient gives finite values");
  OptimizedTensor tensor = FromZero(optimizer, at::ones({3}));
  const at::Tensor nan = at::full({3}, std::nan(""));
  const absl::Status status =
      Guarded([&] { return WholeStep(optimizer, Always(nan), {kRate, 1.0, 1}, &tensor); });
  contract.Expect(!status.ok() || !at::isfinite(tensor.value).all().item<bool>(),
                  "a gradient that is NaN is refused, or the value shows it");
}

}  // namespace

void CheckOptimizer(Contract& contract) {
  contract.Plan({"a step", "descent", "determinism", "order independence", "arguments", "bfloat16",
                 "climbing", "odd tensors"});
  const at::NoGradGuard no_grad;
  const auto optimizer = contract.Make<Optimizer>();
  if (optimizer == nullptr) return;
  contract.Section("a step");
  CheckState(contract, *optimizer);
  if (!CheckFirstStep(contract, *optimizer)) return;
  CheckMinimises(contract);
  CheckPurity(contract);
  CheckArguments(contract, *optimizer);
  CheckBFloat16(contract, *optimizer);
  CheckClimb(contract, *optimizer);
  CheckTensorOrder(contract, *optimizer);
  CheckOddTensors(contract, *optimizer);
}

}  // namespace facet
