// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include "plugins/losses/multiplicative_margin_testing.h"

namespace facet {
namespace {

TEST(SphereFace, IsWhatAnIndependentProgramGives) {
  ExpectGolden({kPsiAlone, 1.014816821779, 1.669539752397});
}

class SphereFaceMargin : public testing::TestWithParam<int> {};

TEST_P(SphereFaceMargin, MultipliesTheAngle) {
  ExpectMultipliesTheAngle(GetParam(), /*weight_lengths=*/false);
}

INSTANTIATE_TEST_SUITE_P(OneToTen, SphereFaceMargin, testing::Values(1, 2, 3, 4, 7, 10));

TEST(SphereFace, FallsWithoutAStepFromTheOwnDirectionToTheOpposite) {
  ExpectFallsWithoutAStepFromTheOwnDirectionToTheOpposite();
}

TEST(SphereFace, IsSound) {
  ExpectSoundClassLoss();
  ExpectSoundClassLoss(R"({"margin": 10, "lambda": 5})");
}

TEST(SphereFace, RefusesAMarginThatIsNoFactor) { ExpectRefusesAMarginThatIsNoFactor(); }

TEST(SphereFace, AnnealsWhereGradientsAre) { ExpectAnnealsWhereGradientsAre(); }

// lambda = max(5, 1000 (1 + 0.12 t)^-1), t = 1 in the first step: sphereface_model.prototxt.
TEST(SphereFace, AnnealsAsTheAuthorsProgramByDefault) {
  ExpectLambdaInStep(1, 1000 / 1.12);
  ExpectLambdaInStep(100, 1000.0 / 13);
  ExpectLambdaInStep(1658, 1000 / 199.96);
  ExpectLambdaInStep(1659, 5);
  ExpectLambdaInStep(28000, 5);
}

TEST(SphereFace, StartsAtTheLengthOfTheAuthorsProgram) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, UnitDeviation(), /*unit=*/true);
  ExpectTurnsWhereNormalVectorsStay(0.01, 20);
}

TEST(SphereFace, MakesNoMaskOfAllClasses) { ExpectMatricesAtMost("{}", 4.5); }

}  // namespace
}  // namespace facet
