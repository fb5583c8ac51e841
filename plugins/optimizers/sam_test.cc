// Against sgd's formula in loops, and against pytorch_optimizer 4.1.0's SAM over torch.optim.SGD
// (PyTorch 2.15.0) on the weights, gradients and rates of ExpectGolden (optimizer_testing.h).
#include <ATen/ATen.h>

#include "gtest/gtest.h"
#include "plugins/optimizers/optimizer_testing.h"

namespace facet {
namespace {

constexpr char kOptions[] = R"({"rho": 0.2, "weight_decay": 0.01})";

NaiveStep SgdFormula(double decay) {
  return ForEachWeight([decay](double& w, double& v, double&, double g, double rate, int) {
    v = 0.9 * v + g + decay * w;
    w -= rate * v;
  });
}

// The gradient is the same wherever it is taken.
TEST(Sam, IsSgdOnALossWithoutCurvature) {
  ExpectFormula(kOptions, SgdFormula(0.01));
  ExpectFormula(kOptions, SgdFormula(0), {{54}, /*decays=*/false});
}

OptimizedTensor Climber(const at::Tensor& gradient) {
  OptimizedTensor tensor;
  tensor.value = at::full({2}, 3.0, at::kFloat);
  tensor.rounded = at::zeros({2}, at::kBFloat16);
  tensor.state = {at::zeros({2}), at::zeros({2})};
  tensor.gradient = gradient;
  return tensor;
}

TEST(Sam, ClimbsByRhoAlongTheScaledGradient) {
  const auto optimizer = MakeComponent<Optimizer>(R"({"rho": 2.0})");
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const OptimizedTensor tensor = Climber(at::tensor({3.0f, 4.0f}).to(type));
    // Clipped to half: a norm of 2.5, and 2 (0.6, 0.8) all the same.
    ASSERT_TRUE((*optimizer)->Climb(tensor, {0.1, 0.5, 1}, 2.5).ok());
    EXPECT_TRUE(at::allclose(tensor.value, at::tensor({4.2f, 4.6f}), 1e-6));  // roundings
    EXPECT_TRUE(at::equal(tensor.rounded, tensor.value.to(at::kBFloat16)));
  }
}

TEST(Sam, StaysWhereThereIsNoGradient) {
  const auto optimizer = MakeComponent<Optimizer>();
  const OptimizedTensor tensor = Climber(at::zeros({2}));
  ASSERT_TRUE((*optimizer)->Climb(tensor, {0.1, 1.0, 1}, 0.0).ok());
  EXPECT_TRUE(at::equal(tensor.value, at::full({2}, 3.0f)));
}

// SAM(torch.optim.SGD, rho=0.2, lr, momentum=0.9, weight_decay=0.01)
TEST(Sam, AgreesWithPytorchOptimizer) {
  ExpectGolden(
      kOptions, 0.1,
      {{1, {0.469982396, -0.392026325, -0.913303831, -0.624191698}, {0.200473552, 0.793941532}},
       {10, {-1.251083005, -1.167357667, -0.668720297, -0.244956758}, {-0.119319196, -0.106544868}},
       {100, {0.501749008, -0.951669563, -0.634651311, 0.063669217}, {0.124519025, -0.161208577}}});
}

TEST(Sam, ScalesGradientsBeforeAnythingElse) { ExpectScalesGradients(kOptions); }

}  // namespace
}  // namespace facet
