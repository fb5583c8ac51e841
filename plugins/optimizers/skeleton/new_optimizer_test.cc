// Against the formula, weight by weight in double precision.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/api/optimizer.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::MakeComponent;
using facet::OptimizedTensor;
using facet::Optimizer;

OptimizedTensor FromZero(const std::vector<double>& values, bool decays) {
  OptimizedTensor tensor;
  tensor.value = at::tensor(values, at::kFloat);
  tensor.state = {at::zeros_like(tensor.value)};
  tensor.decays = decays;
  return tensor;
}

void ExpectFormula(bool decays) {
  const auto optimizer =
      MakeComponent<Optimizer>(R"({"momentum": 0.8, "weight_decay": 0.1})").value();
  std::vector<double> w = {1.0, -2.0, 0.5}, v(3, 0.0);
  OptimizedTensor tensor = FromZero(w, decays);
  for (int64_t t = 1; t <= 5; ++t) {
    const double rate = 0.1 / static_cast<double>(t), scale = t == 2 ? 0.5 : 1.0;
    const std::vector<double> gradient = {0.3 * t, -0.1, 0.2 / t};
    tensor.gradient = at::tensor(gradient, at::kFloat);
    ASSERT_TRUE(optimizer->Step(tensor, {rate, scale, t}).ok());
    for (size_t i = 0; i < w.size(); ++i) {
      v[i] = 0.8 * v[i] + scale * gradient[i];
      w[i] -= rate * (v[i] + (decays ? 0.1 * w[i] : 0.0));
    }
  }
  for (size_t i = 0; i < w.size(); ++i) {
    // Five roundings to float32 of numbers about 1.
    EXPECT_NEAR(tensor.value[static_cast<int64_t>(i)].item<double>(), w[i], 1e-6);
  }
}

TEST(NewOptimizer, IsTheFormula) { ExpectFormula(true); }

TEST(NewOptimizer, DecaysOnlyWhatDecays) { ExpectFormula(false); }

TEST(NewOptimizer, RefusesWhatIsOutOfRange) {
  EXPECT_FALSE(MakeComponent<Optimizer>(R"({"momentum": 1.5})").ok());
}

}  // namespace
