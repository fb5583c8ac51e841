// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(CosFace, IsWhatAnIndependentProgramGives) {
  ExpectGolden({"{}", 12.034495769971, 20.474122108756});
}

TEST(CosFace, TakesTheMarginFromTheOwnCosine) {
  const auto loss = MakeLoss(R"({"margin": 0.5, "scale": 20})", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example = ExampleFor(loss->Parameters()[0].tensor);
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  ExpectElements(*loss, example,
                 NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool own) {
                   return 20 * (Cosine(x[n], w[c]) - (own ? 0.5 : 0.0));
                 }));
}

TEST(CosFace, StartsAsInsightFace) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, 0.01);
  ExpectTurnsWhereNormalVectorsStay(0.1, 20);
}

TEST(CosFace, MakesNoMaskOfAllClasses) { ExpectMatricesAtMost("{}", 3.5); }

TEST(CosFace, IsSound) { ExpectSoundClassLoss(); }

TEST(CosFace, RefusesAMarginThatNoCosineReaches) {
  EXPECT_THAT(Refusal(R"({"margin": 2.5})"), HasSubstr("margin"));
}

}  // namespace
}  // namespace facet
