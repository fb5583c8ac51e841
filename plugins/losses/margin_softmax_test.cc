// Against the definitions with acos, in float64, and at the ends of the range.
#include "plugins/losses/margin_softmax.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string>

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
  const at::Tensor weights = DrawWeights(50, 40, "kaiming", 7);
  EXPECT_TRUE(at::equal(weights, DrawWeights(50, 40, "kaiming", 7)));
  EXPECT_FALSE(at::equal(weights, DrawWeights(50, 40, "kaiming", 8)));
  EXPECT_TRUE(weights.requires_grad());
  EXPECT_FALSE(DrawVectors(50, 40, "kaiming", 7).requires_grad());
}

TEST(DrawVectors, BeginAsTheyAreNamed) {
  struct Start {
    const char* init;
    double deviation;
  };
  constexpr int64_t kRows = 500, kDimension = 200;
  for (const Start& start :
       {Start{"gaussian", 0.01}, Start{"unit", 1 / std::sqrt(200.0)},
        Start{"xavier", 1 / std::sqrt(200.0)}, Start{"kaiming", 0.1},
        Start{"kaiming_fan_out", std::sqrt(2.0 / 500)}, Start{"normal", 1.0}}) {
    SCOPED_TRACE(start.init);
    const at::Tensor vectors = DrawVectors(kRows, kDimension, start.init, 7).to(at::kDouble);
    // Of n = 100,000 the mean errs by sigma / sqrt(n), the deviation by sigma / sqrt(2 n); bounds at
    // 5 of them.
    EXPECT_NEAR(vectors.mean().item<double>(), 0, 0.016 * start.deviation);
    EXPECT_NEAR(vectors.std().item<double>(), start.deviation, 0.0112 * start.deviation);
    // The kurtosis tells a uniform (1.8) from a normal distribution (3); it errs by sqrt(24 / n).
    const at::Tensor z = vectors / vectors.std();
    EXPECT_NEAR(z.pow(4).mean().item<double>(), std::string(start.init) == "xavier" ? 1.8 : 3, 0.1);
  }
  const at::Tensor lengths = DrawVectors(kRows, kDimension, "unit", 7).to(at::kDouble).norm(2, {1});
  EXPECT_TRUE(at::allclose(lengths, at::ones({kRows}, at::kDouble), 0, 1e-6));
}

TEST(OwnScores, AreOneEntryOfEachRowAndItAloneIsSet) {
  at::Tensor scores = at::arange(12, at::kDouble).view({3, 4}).clone();
  const at::Tensor labels = at::tensor({2, 0, 2}, at::kLong);
  const at::Tensor own = OwnScores(scores, labels);
  EXPECT_TRUE(at::equal(own, at::tensor({2.0, 4.0, 10.0}, at::kDouble)));
  SetOwnScores(scores, labels, -own);
  at::Tensor expected = at::arange(12, at::kDouble);
  for (const int64_t place : {2, 4, 10}) expected[place].neg_();
  EXPECT_TRUE(at::equal(scores, expected.view({3, 4})));
}

}  // namespace
}  // namespace facet
