// Against algorithm 2 of the paper in loops, and against timm 1.0.31's Lamb (with PyTorch 2.15.0) on
// the weights, gradients and rates of ExpectGolden (optimizer_testing.h).
#include <ATen/ATen.h>

#include <cmath>

#include "gtest/gtest.h"
#include "plugins/optimizers/optimizer_testing.h"

namespace facet {
namespace {

NaiveStep Algorithm2(bool adapts, double decay) {
  return [adapts, decay](NaiveTensor& tensor, const std::vector<double>& gradient, double rate,
                         int t) {
    std::vector<double>&w = tensor.w, &m = tensor.first, &v = tensor.second;
    std::vector<double> u(w.size());
    for (size_t i = 0; i < w.size(); ++i) {
      m[i] = 0.9 * m[i] + (1 - 0.9) * gradient[i];
      v[i] = 0.999 * v[i] + (1 - 0.999) * gradient[i] * gradient[i];
      const double mean = m[i] / (1 - std::pow(0.9, t));
      u[i] = mean / (std::sqrt(v[i] / (1 - std::pow(0.999, t))) + 1e-6) + decay * w[i];
    }
    const double ratio = adapts ? NaiveNorm(w) / NaiveNorm(u) : 1;
    for (size_t i = 0; i < w.size(); ++i) w[i] -= rate * ratio * u[i];
  };
}

TEST(Lamb, IsAlgorithm2OfThePaper) { ExpectFormula("{}", Algorithm2(true, 0.01)); }

TEST(Lamb, NormsAreOfTheWholeTensor) {
  ExpectFormula("{}", Algorithm2(true, 0.01), {{301, 403}});  // 4 parts and some values
}

TEST(Lamb, VectorsAndWhatDoesNotDecayHaveNoTrustRatio) {
  ExpectFormula("{}", Algorithm2(false, 0.01), {{54}});
  ExpectFormula("{}", Algorithm2(false, 0), {{6, 9}, /*decays=*/false});
}

TEST(Lamb, ATensorOfZerosLearns) {
  const auto optimizer = MakeComponent<Optimizer>();
  OptimizedTensor tensor;
  tensor.value = at::zeros({2, 2});
  tensor.gradient = at::ones({2, 2});
  tensor.state = {at::zeros({2, 2}), at::zeros({2, 2})};
  ASSERT_TRUE((*optimizer)->Step(tensor, {0.5, 1.0, 1}).ok());
  EXPECT_TRUE(at::allclose(tensor.value, at::full({2, 2}, -0.5), 2e-6));  // epsilon, roundings
}

// Lamb(lr, weight_decay=0.01, max_grad_norm=None)
TEST(Lamb, AgreesWithTimm) {
  ExpectGolden(
      "{}", 0.05,
      {{1, {0.506468657, -0.382355108, -0.956007546, -0.619771922}, {0.234157314, 0.910665351}},
       {10, {0.146423265, -0.568866734, -0.768320088, -0.647416608}, {-0.051584459, 0.573650911}},
       {100,
        {-0.153863576, -0.122515710, -0.125203603, -0.098703723},
        {0.006883644, -0.013523472}}});
}

TEST(Lamb, ScalesGradientsBeforeAnythingElse) { ExpectScalesGradients("{}"); }

}  // namespace
}  // namespace facet
