// Against algorithm 1 of the paper in loops, and against timm 1.0.31's Lars (with PyTorch 2.15.0) on
// the weights and gradients of ExpectGolden (optimizer_testing.h). timm multiplies by the rate last,
// so the rate stays there.
#include <ATen/ATen.h>

#include "gtest/gtest.h"
#include "plugins/optimizers/optimizer_testing.h"

namespace facet {
namespace {

constexpr char kOptions[] = R"({"trust_coefficient": 0.02, "weight_decay": 0.01})";

NaiveStep Algorithm1(bool adapts, double decay) {
  return
      [adapts, decay](NaiveTensor& tensor, const std::vector<double>& gradient, double rate, int) {
        std::vector<double>&w = tensor.w, &v = tensor.first;
        const double norm = NaiveNorm(w);
        const double ratio = adapts ? 0.02 * norm / (NaiveNorm(gradient) + decay * norm) : 1;
        for (size_t i = 0; i < w.size(); ++i) {
          v[i] = 0.9 * v[i] + rate * ratio * (gradient[i] + decay * w[i]);
          w[i] -= v[i];
        }
      };
}

TEST(Lars, IsAlgorithm1OfThePaper) { ExpectFormula(kOptions, Algorithm1(true, 0.01)); }

TEST(Lars, NormsAreOfTheWholeTensor) {
  ExpectFormula(kOptions, Algorithm1(true, 0.01), {{301, 403}});  // 4 parts and some values
}

TEST(Lars, VectorsAndWhatDoesNotDecayHaveNoTrustRatio) {
  ExpectFormula(kOptions, Algorithm1(false, 0.01), {{54}});
  ExpectFormula(kOptions, Algorithm1(false, 0), {{6, 9}, /*decays=*/false});
}

TEST(Lars, ATensorOfZerosLearns) {
  const auto optimizer = MakeComponent<Optimizer>(kOptions);
  OptimizedTensor tensor;
  tensor.value = at::zeros({2, 2});
  tensor.gradient = at::ones({2, 2});
  tensor.state = {at::zeros({2, 2})};
  ASSERT_TRUE((*optimizer)->Step(tensor, {0.5, 1.0, 1}).ok());
  EXPECT_TRUE(at::equal(tensor.value, at::full({2, 2}, -0.5)));
}

// Lars(lr, momentum=0.9, weight_decay=0.01, trust_coeff=0.02, eps=0.0)
TEST(Lars, AgreesWithTimm) {
  ExpectGolden(
      kOptions, 0.5,
      {{1, {0.531627330, -0.413168392, -0.980526930, -0.650005029}, {-0.097881669, 0.197763898}},
       {10, {0.104501131, -0.518061440, -0.855547930, -0.641840943}, {2.264800328, 1.419662564}},
       {100, {0.002447103, 0.017484373, 0.042080078, 0.034536927}, {-0.108910453, 1.551778048}}},
      GoldenRate::kStays);
}

TEST(Lars, ScalesGradientsBeforeAnythingElse) { ExpectScalesGradients(kOptions); }

}  // namespace
}  // namespace facet
