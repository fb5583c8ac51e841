#include "plugins/optimizers/optimizer_testing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "gtest/gtest.h"

namespace facet {
namespace {

std::vector<double> Values(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.to(at::kDouble).contiguous().view({-1});
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

OptimizedTensor FromZero(const Optimizer& optimizer, const at::Tensor& value, bool decays) {
  OptimizedTensor tensor;
  tensor.value = value.clone();
  for (size_t i = 0; i < optimizer.StateNames().size(); ++i) {
    tensor.state.push_back(at::zeros_like(value));
  }
  tensor.decays = decays;
  return tensor;
}

// gradients(i): of the i-th tensor, at its value now. One that climbs takes two.
void StepAll(const Optimizer& optimizer, std::vector<OptimizedTensor>& tensors,
             const OptimizerStep& step, const std::function<at::Tensor(size_t)>& gradients) {
  const auto set_gradients = [&] {
    double sum = 0;
    for (size_t i = 0; i < tensors.size(); ++i) {
      tensors[i].gradient = gradients(i);
      sum += std::pow(step.gradient_scale * NaiveNorm(Values(tensors[i].gradient)), 2);
    }
    return std::sqrt(sum);
  };
  const double norm = set_gradients();
  if (optimizer.climbs()) {
    for (const OptimizedTensor& tensor : tensors) {
      ASSERT_TRUE(optimizer.Climb(tensor, step, norm).ok());
    }
    set_gradients();
  }
  for (const OptimizedTensor& tensor : tensors) {
    ASSERT_TRUE(optimizer.Step(tensor, step).ok());
  }
}

}  // namespace

NaiveStep ForEachWeight(const NaiveWeight& step) {
  return [step](NaiveTensor& tensor, const std::vector<double>& gradient, double rate, int t) {
    for (size_t i = 0; i < gradient.size(); ++i) {
      step(tensor.w[i], tensor.first[i], tensor.second[i], gradient[i], rate, t);
    }
  };
}

double NaiveNorm(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

void ExpectFormula(const std::string& options, const NaiveStep& step, const FormulaCase& c) {
  // float32 against float64 over a few steps of about 0.1: some roundings of 6e-8 each.
  constexpr double kTolerance = 1e-6;
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    at::Generator generator = at::detail::createCPUGenerator(1);
    const auto optimizer = MakeComponent<Optimizer>(options);
    ASSERT_TRUE(optimizer.ok()) << optimizer.status();
    std::vector<OptimizedTensor> tensors = {
        FromZero(**optimizer, at::randn(c.shape, generator), c.decays)};
    const at::Tensor& value = tensors[0].value;
    if (type == at::kBFloat16) tensors[0].rounded = at::empty_like(value, type);
    const auto size = static_cast<size_t>(value.numel());
    NaiveTensor naive = {Values(value), std::vector<double>(size), std::vector<double>(size)};
    for (int t = 1; t <= 5; ++t) {
      const double rate = c.rate_falls ? 0.1 / t : 0.1;
      const at::Tensor gradient = at::randn(c.shape, generator).to(type);
      StepAll(**optimizer, tensors, {rate, 1.0, t}, [&](size_t) { return gradient; });
      step(naive, Values(gradient), rate, t);
    }
    double deviation = 0;
    const std::vector<double> values = Values(value);
    for (size_t i = 0; i < size; ++i) {
      deviation = std::max(deviation, std::abs(values[i] - naive.w[i]));
    }
    EXPECT_LE(deviation, kTolerance) << type;
    if (type == at::kBFloat16) {
      EXPECT_TRUE(at::equal(tensors[0].rounded, value.to(type)));
    }
  }
}

void ExpectGolden(const std::string& options, double rate, const std::vector<Golden>& golden,
                  GoldenRate how) {
  // float32 against float64, of weights of about 1 at first; the gradient pulls them back, so that
  // roundings do not add up.
  constexpr double kTolerance = 1e-6;
  const auto optimizer = MakeComponent<Optimizer>(options);
  ASSERT_TRUE(optimizer.ok()) << optimizer.status();
  const at::Tensor start = at::arange(1, 7, at::kDouble).cos().to(at::kFloat);
  std::vector<OptimizedTensor> tensors = {
      FromZero(**optimizer, start.slice(0, 0, 4).view({2, 2}), true),
      FromZero(**optimizer, start.slice(0, 4, 6), false)};
  int t = 0;
  for (const Golden& expected : golden) {
    while (++t <= expected.steps) {
      const double now = how == GoldenRate::kFalls ? rate / (1 + 0.01 * t) : rate;
      StepAll(**optimizer, tensors, {now, 1.0, t}, [&](size_t which) {
        const at::Tensor value = tensors[which].value;
        const at::Tensor i = at::arange(value.numel(), at::kDouble) + 4.0 * double(which) + 1;
        return (0.1 * i * t).sin().view(value.sizes()).add(value).to(at::kFloat);
      });
    }
    --t;
    for (const auto& [tensor, values] : {std::make_pair(tensors[0], expected.matrix),
                                         std::make_pair(tensors[1], expected.vector)}) {
      const std::vector<double> found = Values(tensor.value);
      ASSERT_EQ(found.size(), values.size());
      for (size_t i = 0; i < found.size(); ++i) {
        EXPECT_NEAR(found[i], values[i], kTolerance * std::max(1.0, std::abs(values[i])))
            << "after " << t << " steps, " << tensor.value.dim() << " dimensions, weight " << i;
      }
    }
  }
}

void ExpectScalesGradients(const std::string& options) {
  std::vector<at::Tensor> results;
  for (const bool scales : {false, true}) {
    at::Generator generator = at::detail::createCPUGenerator(4);
    const auto optimizer = MakeComponent<Optimizer>(options);
    ASSERT_TRUE(optimizer.ok()) << optimizer.status();
    std::vector<OptimizedTensor> tensors = {
        FromZero(**optimizer, at::randn({3, 5}, generator), true)};
    for (const int t : {1, 2, 3}) {
      const at::Tensor gradient = at::randn({3, 5}, generator);
      const double scale = std::pow(0.25, t - 1);
      StepAll(**optimizer, tensors, {0.1, scales ? scale : 1.0, t},
              [&](size_t) { return scales ? gradient : gradient * scale; });
    }
    results.push_back(tensors[0].value);
  }
  EXPECT_TRUE(at::equal(results[0], results[1]));
}

}  // namespace facet
