// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// psi by its definition.
double Psi(double theta, int m) {
  const int k = std::min(m - 1, static_cast<int>(std::floor(m * theta / M_PI)));
  return (k % 2 == 0 ? 1 : -1) * std::cos(m * theta) - 2 * k;
}

TEST(LargeMarginSoftmax, IsWhatAnIndependentProgramGives) {
  // Of SphereFace: the fixture's weights have length 1.
  ExpectGolden({"{}", 1.014816821779, 1.669539752397});
}

class LargeMarginSoftmaxMargin : public testing::TestWithParam<int> {};

TEST_P(LargeMarginSoftmaxMargin, MultipliesTheAngle) {
  const int m = GetParam();
  const auto loss =
      MakeLoss("{\"margin\": " + std::to_string(m) + ", \"scale\": 1.5, \"lambda\": 2}", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example = ExampleFor(loss->Parameters()[0].tensor);
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  std::vector<double> expected;
  for (size_t n = 0; n < x.size(); ++n) {
    std::vector<double> scores;
    const auto own = static_cast<size_t>(example.labels[n]);
    for (size_t c = 0; c < w.size(); ++c) {
      const double cosine = Cosine(x[n], w[c]);
      const double psi = Psi(std::acos(std::max(-1.0, cosine)), m);
      scores.push_back(1.5 * Length(x[n]) * Length(w[c]) *
                       (c == own ? (2 * cosine + psi) / 3 : cosine));
    }
    expected.push_back(NaiveLogLoss(scores, own));
  }
  ExpectElements(*loss, example, expected);
}

INSTANTIATE_TEST_SUITE_P(OneToTen, LargeMarginSoftmaxMargin, testing::Values(1, 2, 3, 4, 7, 10));

TEST(LargeMarginSoftmax, FallsWithoutAStepFromTheOwnDirectionToTheOpposite) {
  const auto loss = MakeLoss("{}", 3, 3);
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

TEST(LargeMarginSoftmax, IsSound) {
  ExpectSoundClassLoss();
  ExpectSoundClassLoss(R"({"margin": 10, "lambda": 5})");
}

TEST(LargeMarginSoftmax, RefusesAMarginThatIsNoFactor) {
  EXPECT_THAT(Refusal(R"({"margin": 0.35})"), HasSubstr("margin"));
  EXPECT_THAT(Refusal(R"({"margin": 0})"), HasSubstr("margin"));
}

TEST(LargeMarginSoftmax, ScoresAreInnerProducts) {
  const auto loss = MakeLoss("{}", 4, 3);
  RandomizeParameters(*loss);
  const at::Tensor x = RandomPoints(5, 4, 6);
  EXPECT_TRUE(at::allclose(*loss->Scores(x), x.mm(loss->Parameters()[0].tensor.t()), 1e-12));
}

// lambda is 12, 6, 4, then its last value 3 for good. (ValueAtAngle() puts the steps
// back, so a training step is taken beside it.)
TEST(LargeMarginSoftmax, AnnealsWhereGradientsAre) {
  const auto value = [](Loss& loss) { return ValueAtAngle(loss, 50, 2); };
  const auto constant = [&](double lambda) {
    return value(*MakeLoss(absl::StrCat("{\"lambda\": ", lambda, "}"), 3, 3));
  };
  const auto loss = MakeLoss(R"({"lambda": 3, "lambda_start": 12, "lambda_decay": 1})", 3, 3);
  ASSERT_EQ(loss->Buffers().size(), 1U);
  EXPECT_TRUE(MakeLoss(R"({"lambda": 3})", 3, 3)->Buffers().empty());
  const auto step = [&loss] {
    const at::Tensor point = at::ones({1, 3}, at::kDouble).set_requires_grad(true);
    ASSERT_TRUE(loss->Compute({point, Indices({0}), nullptr}).ok());
  };
  for (const double lambda : {12.0, 6.0, 4.0, 3.0, 3.0}) {
    EXPECT_NEAR(value(*loss), constant(lambda), 1e-12) << lambda;
    {
      const at::NoGradGuard validation;
      step();
    }
    EXPECT_NEAR(value(*loss), constant(lambda), 1e-12) << lambda;
    step();
  }
}

}  // namespace
}  // namespace facet
