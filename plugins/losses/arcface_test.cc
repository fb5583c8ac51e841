// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(ArcFace, IsWhatAnIndependentProgramGives) {
  ExpectGolden({"{}", 4.356852432434, 20.015630203524});
  // 28.6 degrees, the default of pytorch-metric-learning.
  ExpectGolden({R"({"margin_rad": 0.49916416607037826})", 4.330255933326, 19.987408049145});
}

TEST(ArcFace, AddsTheMarginToTheAngleAndTurnsToACosineMarginPastPi) {
  const auto loss = MakeLoss(R"({"margin_rad": 0.4, "scale": 30})", 4, 3);
  RandomizeParameters(*loss);
  const at::Tensor weight = loss->Parameters()[0].tensor;
  const ClassExample example = ExampleFor(weight);
  const Rows x = RowsOf(example.points), w = RowsOf(weight);
  int past_pi = 0;
  const std::vector<double> expected =
      NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool own) {
        bool past = false;
        const double cosine = Cosine(x[n], w[c]);
        const double score = 30 * (own ? NaiveArcFaceMargin(cosine, 0.4, &past) : cosine);
        past_pi += past;
        return score;
      });
  ASSERT_EQ(past_pi, 2);
  // At 180 degrees the sine is taken as 1e-6, but the guard does not use it.
  ExpectElements(*loss, example, expected);
}

TEST(ArcFace, CostsMoreTheFartherOffAllTheWayToTheOppositeDirection) {
  const auto loss = MakeLoss("{}", 3, 3);
  double last = -1;
  for (int degrees = 0; degrees <= 180; ++degrees) {
    const double value = ValueAtAngle(*loss, degrees);
    EXPECT_GE(value, last) << degrees;
    last = value;
  }
}

TEST(ArcFace, ScoresAreScaledCosinesWithoutTheMargin) {
  const auto loss = MakeLoss();
  SetParameter(*loss, "weight", 3 * FixtureClasses());
  const at::Tensor scores = *loss->Scores(2 * PointsAt({10}));
  for (int64_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(scores[0][c].item<double>(),
                64 * std::cos(40.0 * static_cast<double>(c) * M_PI / 180), 1e-12);
  }
}

TEST(ArcFace, StartsAsInsightFace) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, 0.01);
  ExpectTurnsWhereNormalVectorsStay(0.1, 20);
}

TEST(ArcFace, MakesNoMaskOfAllClasses) { ExpectMatricesAtMost("{}", 3.5); }

TEST(ArcFace, IsSound) { ExpectSoundClassLoss(); }

TEST(ArcFace, RefusesAMarginInDegrees) {
  EXPECT_THAT(Refusal(R"({"margin_rad": 28.6})"), HasSubstr("margin_rad"));
  EXPECT_THAT(Refusal(R"({"scale": 0})"), HasSubstr("scale"));
}

}  // namespace
}  // namespace facet
