// Against the definitions with acos, in float64, and at the ends of the range.
#include "plugins/losses/margin_softmax.h"

#include <ATen/ATen.h>

#include <cmath>

#include "gtest/gtest.h"
#include "plugins/losses/class_weights.h"

namespace facet {
namespace {

at::Tensor Degrees() { return at::arange(0, 181, at::kDouble) * (M_PI / 180); }

TEST(CosineOfSum, IsThat) {
  const at::Tensor theta = Degrees();
  for (const double m : {-0.4, 0.0, 0.5, 1.6}) {
    const at::Tensor sum = CosineOfSum(at::cos(theta), at::full({}, m, at::kDouble));
    // At 0 and 180 degrees the sine is taken as 1e-6.
    EXPECT_TRUE(at::allclose(sum, at::cos(theta + m), 0, 1.1e-6)) << m;
    EXPECT_TRUE(at::allclose(sum.slice(0, 1, 180), at::cos(theta + m).slice(0, 1, 180), 0, 1e-13));
  }
}

TEST(CosineOfSum, HasAFiniteSlopeEverywhere) {
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const at::Tensor ends = at::tensor({1.0, -1.0, 1.0 + 1e-7, -1.0 - 1e-7, 0.99999994}).to(type);
    const at::Tensor cosines = ends.clone().set_requires_grad(true);
    CosineOfSum(cosines, at::full({}, 0.5, type)).sum().backward();
    EXPECT_TRUE(at::isfinite(cosines.grad()).all().item<bool>()) << cosines.grad();
  }
}

TEST(MultipliedAngle, IsItsDefinition) {
  for (int m = 1; m <= 10; ++m) {
    const at::Tensor psi = MultipliedAngle(at::cos(Degrees()), m);
    for (int64_t degrees = 0; degrees <= 180; ++degrees) {
      const double theta = static_cast<double>(degrees) * M_PI / 180;
      const double k = std::min(m - 1.0, std::floor(m * theta / M_PI));
      const double expected = std::cos(M_PI * k) * std::cos(m * theta) - 2 * k;
      // The recursion loses about m^2 units of the last place.
      EXPECT_NEAR(psi[degrees].item<double>(), expected, 3e-14 * m) << m << " " << degrees;
    }
  }
}

TEST(DrawWeights, AreFixedByTheSeed) {
  const at::Tensor weights = DrawWeights(50, 40, 0.5, 7);
  EXPECT_TRUE(at::equal(weights, DrawWeights(50, 40, 0.5, 7)));
  EXPECT_FALSE(at::equal(weights, DrawWeights(50, 40, 0.5, 8)));
  // Standard deviation of the estimate: sigma / sqrt(2 n), n = 2,000; bound at 5 of them.
  EXPECT_NEAR(weights.std().item<double>(), 0.5, 0.5 * 0.08);
  EXPECT_EQ(WeightDeviation("gaussian", 8), 0.01);
  EXPECT_EQ(WeightDeviation("kaiming", 8), 0.5);
  EXPECT_EQ(WeightDeviation("normal", 8), 1.0);
}

}  // namespace
}  // namespace facet
