// Against numbers of an independent program (loss_testing.h), the formula in plain loops, and the
// rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

TEST(NormalizedSoftmax, IsWhatAnIndependentProgramGives) {
  ExpectGolden({"{}", 0.000399433570, 6.028503902652});
}

TEST(NormalizedSoftmax, IsTheLogLossOfScaledCosines) {
  const auto loss = MakeLoss(R"({"scale": 20})", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example = ExampleFor(loss->Parameters()[0].tensor);
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  ExpectElements(*loss, example, NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool) {
    return 20 * Cosine(x[n], w[c]);
  }));
}

TEST(NormalizedSoftmax, StartsAsTheAuthorsProgramAndDoesNotDecay) {
  const auto loss = MakeLoss("{}", 640, 100);
  ExpectStart(loss->Parameters()[0].tensor, UnitDeviation(), /*unit=*/true);
  EXPECT_FALSE(loss->Parameters()[0].decays);
  ExpectTurnsWhereNormalVectorsStay(0.1, 10);
}

TEST(NormalizedSoftmax, MakesNoMaskOfAllClasses) { ExpectMatricesAtMost("{}", 3.5); }

TEST(NormalizedSoftmax, IsSound) { ExpectSoundClassLoss(); }

}  // namespace
}  // namespace facet
