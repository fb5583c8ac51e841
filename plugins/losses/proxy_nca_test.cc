// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(ProxyNca, IsWhatAnIndependentProgramGives) {
  ExpectGolden({"{}", 0.721461449887, 0.839147629548}, "proxies");
}

class ProxyNcaDenominator : public testing::TestWithParam<const char*> {};

TEST_P(ProxyNcaDenominator, IsTheFormula) {
  const std::string denominator = GetParam();
  const auto loss = MakeLoss("{\"scale\": 3, \"denominator\": \"" + denominator + "\"}", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example = ExampleFor(loss->Parameters()[0].tensor);
  const Rows x = RowsOf(example.points), p = RowsOf(loss->Parameters()[0].tensor);
  std::vector<double> expected;
  for (size_t n = 0; n < x.size(); ++n) {
    const auto own = static_cast<size_t>(example.labels[n]);
    double sum = 0, attraction = 0;
    for (size_t c = 0; c < p.size(); ++c) {
      double squares = 0;
      for (size_t d = 0; d < 4; ++d) {
        squares += std::pow(x[n][d] / Length(x[n]) - p[c][d] / Length(p[c]), 2);
      }
      if (c == own) attraction = std::exp(-3 * squares);
      if (c != own || denominator == "all") sum += std::exp(-3 * squares);
    }
    expected.push_back(-std::log(attraction / sum));
  }
  ExpectElements(*loss, example, expected);
}

TEST_P(ProxyNcaDenominator, IsSound) {
  ExpectSoundClassLoss(std::string("{\"denominator\": \"") + GetParam() + "\"}");
}

INSTANTIATE_TEST_SUITE_P(Both, ProxyNcaDenominator, testing::Values("all", "others"));

TEST(ProxyNca, ScoresAreNegativeSquaredDistances) {
  const auto loss = MakeLoss();
  SetParameter(*loss, "proxies", 3 * FixtureClasses());
  const at::Tensor scores = *loss->Scores(2 * PointsAt({10}));
  EXPECT_NEAR(scores[0][0].item<double>(), 0, 1e-15);
  EXPECT_NEAR(scores[0][2].item<double>(), -std::pow(2 * std::sin(40 * M_PI / 180), 2), 1e-12);
}

TEST(ProxyNca, StartsAtTheOneLengthOfThePaper) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, UnitDeviation(), /*unit=*/true);
  ExpectTurnsWhereNormalVectorsStay(0.01, 20);
}

// One more than the margin losses: the gradient of logsumexp takes two.
TEST(ProxyNca, MakesNoMaskOfAllClasses) {
  ExpectMatricesAtMost("{}", 4.5);
  ExpectMatricesAtMost(R"({"denominator": "others"})", 4.5);
}

TEST(ProxyNca, RefusesAnotherDenominator) {
  EXPECT_THAT(Refusal(R"({"denominator": "negatives"})"), HasSubstr("others"));
}

}  // namespace
}  // namespace facet
