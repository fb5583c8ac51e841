// What the tests of SphereFace and L-Softmax share: they differ in the length of the weights alone.
#ifndef FACET_PLUGINS_LOSSES_MULTIPLICATIVE_MARGIN_TESTING_H_
#define FACET_PLUGINS_LOSSES_MULTIPLICATIVE_MARGIN_TESTING_H_

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "plugins/losses/class_loss_testing.h"

namespace facet {

inline constexpr char kPsiAlone[] = R"({"lambda": 0, "lambda_start": 0})";

// psi by its definition.
inline double Psi(double theta, int m) {
  const int k = std::min(m - 1, static_cast<int>(std::floor(m * theta / M_PI)));
  return (k % 2 == 0 ? 1 : -1) * std::cos(m * theta) - 2 * k;
}

// `weight_lengths`: whether the logits have those of the weights.
inline void ExpectMultipliesTheAngle(int m, bool weight_lengths) {
  const auto loss = MakeLoss(
      "{\"margin\": " + std::to_string(m) + ", \"scale\": 1.5, \"lambda\": 2, \"lambda_start\": 0}",
      4, 3);
  RandomizeParameters(*loss);
  const ClassExample example = ExampleFor(loss->Parameters()[0].tensor);
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  ExpectElements(*loss, example,
                 NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool own) {
                   const double cosine = Cosine(x[n], w[c]);
                   const double psi = Psi(std::acos(std::max(-1.0, cosine)), m);
                   return 1.5 * Length(x[n]) * (weight_lengths ? Length(w[c]) : 1.0) *
                          (own ? (2 * cosine + psi) / 3 : cosine);
                 }));
}

inline void ExpectFallsWithoutAStepFromTheOwnDirectionToTheOpposite() {
  const auto loss = MakeLoss(kPsiAlone, 3, 3);
  double last = 0;
  for (int tenths = 0; tenths <= 1800; ++tenths) {
    const double value = ValueAtAngle(*loss, 0.1 * tenths, 10);
    EXPECT_GE(value, last - 1e-12) << tenths;
    // The steepest slope of 10 psi is 40 per radian.
    if (tenths > 0) {
      EXPECT_LE(value - last, 40 * 0.1 * M_PI / 180 + 1e-9) << tenths;
    }
    last = value;
  }
}

inline void ExpectRefusesAMarginThatIsNoFactor() {
  EXPECT_THAT(Refusal(R"({"margin": 0.35})"), testing::HasSubstr("margin"));
  EXPECT_THAT(Refusal(R"({"margin": 0})"), testing::HasSubstr("margin"));
}

inline double ValueWithLambda(double lambda) {
  return ValueAtAngle(
      *MakeLoss(absl::StrFormat("{\"lambda\": %.17g, \"lambda_start\": 0}", lambda), 3, 3), 50, 2);
}

// lambda is 24 / 2^2, 24 / 3^2, 24 / 4^2, then its last value for good. (ValueAtAngle() puts the
// steps back, so a training step is taken beside it.)
inline void ExpectAnnealsWhereGradientsAre() {
  const auto loss = MakeLoss(
      R"({"lambda": 1.25, "lambda_start": 24, "lambda_decay": 1, "lambda_power": 2})", 3, 3);
  ASSERT_EQ(loss->Buffers().size(), 1U);
  EXPECT_EQ(loss->Buffers()[0].name, "steps");
  EXPECT_TRUE(MakeLoss(R"({"lambda": 3, "lambda_start": 0})", 3, 3)->Buffers().empty());
  const auto step = [&loss] {
    const at::Tensor point = at::ones({1, 3}, at::kDouble).set_requires_grad(true);
    ASSERT_TRUE(loss->Compute({point, Indices({0}), nullptr}).ok());
  };
  for (const double lambda : {24.0 / 4, 24.0 / 9, 24.0 / 16, 1.25, 1.25}) {
    EXPECT_NEAR(ValueAtAngle(*loss, 50, 2), ValueWithLambda(lambda), 1e-12) << lambda;
    {
      const at::NoGradGuard validation;
      step();
    }
    EXPECT_NEAR(ValueAtAngle(*loss, 50, 2), ValueWithLambda(lambda), 1e-12) << lambda;
    step();
  }
}

// The defaults, in the step of that number (the first is 1). What `steps` holds is what a
// checkpoint brings back.
inline void ExpectLambdaInStep(int64_t number, double lambda) {
  const auto loss = MakeLoss("{}", 3, 3);
  ASSERT_EQ(loss->Buffers().size(), 1U);
  loss->Buffers()[0].tensor.fill_(number - 1);
  EXPECT_NEAR(ValueAtAngle(*loss, 50, 2), ValueWithLambda(lambda), 1e-9) << number;
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_MULTIPLICATIVE_MARGIN_TESTING_H_
