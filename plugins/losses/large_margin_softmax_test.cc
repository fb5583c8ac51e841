// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include "plugins/losses/multiplicative_margin_testing.h"

namespace facet {
namespace {

TEST(LargeMarginSoftmax, IsWhatAnIndependentProgramGives) {
  // Of SphereFace: the fixture's weights have length 1.
  ExpectGolden({kPsiAlone, 1.014816821779, 1.669539752397});
}

class LargeMarginSoftmaxMargin : public testing::TestWithParam<int> {};

TEST_P(LargeMarginSoftmaxMargin, MultipliesTheAngle) {
  ExpectMultipliesTheAngle(GetParam(), /*weight_lengths=*/true);
}

INSTANTIATE_TEST_SUITE_P(OneToTen, LargeMarginSoftmaxMargin, testing::Values(1, 2, 3, 4, 7, 10));

TEST(LargeMarginSoftmax, FallsWithoutAStepFromTheOwnDirectionToTheOpposite) {
  ExpectFallsWithoutAStepFromTheOwnDirectionToTheOpposite();
}

TEST(LargeMarginSoftmax, IsSound) {
  ExpectSoundClassLoss();
  ExpectSoundClassLoss(R"({"margin": 10, "lambda": 5})");
}

TEST(LargeMarginSoftmax, RefusesAMarginThatIsNoFactor) { ExpectRefusesAMarginThatIsNoFactor(); }

TEST(LargeMarginSoftmax, ScoresAreInnerProducts) {
  const auto loss = MakeLoss("{}", 4, 3);
  RandomizeParameters(*loss);
  const at::Tensor x = RandomPoints(5, 4, 6);
  EXPECT_TRUE(at::allclose(*loss->Scores(x), x.mm(loss->Parameters()[0].tensor.t()), 1e-12));
}

TEST(LargeMarginSoftmax, AnnealsWhereGradientsAre) { ExpectAnnealsWhereGradientsAre(); }

// lambda = 1000 (1 + 0.000025 t)^-35, t = 1 in the first step: the README of the authors' program.
TEST(LargeMarginSoftmax, AnnealsAsTheAuthorsProgramByDefault) {
  ExpectLambdaInStep(1, 1000 * std::pow(1.000025, -35));
  ExpectLambdaInStep(1000, 1000 * std::pow(1.025, -35));
  ExpectLambdaInStep(20000, 1000 * std::pow(1.5, -35));
}

TEST(LargeMarginSoftmax, StartsAsTheAuthorsProgram) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, std::sqrt(2.0 / 640));
}

}  // namespace
}  // namespace facet
