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
  std::vector<double> expected;
  for (size_t n = 0; n < x.size(); ++n) {
    std::vector<double> scores;
    for (const std::vector<double>& weight : w) scores.push_back(20 * Cosine(x[n], weight));
    expected.push_back(NaiveLogLoss(scores, static_cast<size_t>(example.labels[n])));
  }
  ExpectElements(*loss, example, expected);
}

TEST(NormalizedSoftmax, IsSound) { ExpectSoundClassLoss(); }

}  // namespace
}  // namespace facet
