// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include "plugins/losses/multiplicative_margin_testing.h"

namespace facet {
namespace {

TEST(SphereFace, IsWhatAnIndependentProgramGives) {
  ExpectGolden({"{}", 1.014816821779, 1.669539752397});
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

}  // namespace
}  // namespace facet
