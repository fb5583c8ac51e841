// Against the formula written out in loops, and the rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

TEST(Softmax, IsTheLogLossOfALinearClassifier) {
  const auto loss = MakeLoss("{}", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example;
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  const at::Tensor bias = loss->Parameters()[1].tensor;
  std::vector<double> expected;
  for (size_t n = 0; n < x.size(); ++n) {
    std::vector<double> scores;
    for (size_t c = 0; c < w.size(); ++c) {
      scores.push_back(Dot(x[n], w[c]) + bias[static_cast<int64_t>(c)].item<double>());
    }
    expected.push_back(NaiveLogLoss(scores, static_cast<size_t>(example.labels[n])));
  }
  ExpectElements(*loss, example, expected);
}

TEST(Softmax, ScoresAreTheLogits) {
  const auto loss = MakeLoss();
  RandomizeParameters(*loss);
  const at::Tensor x = RandomPoints(4, 2, 6);
  const at::Tensor w = loss->Parameters()[0].tensor, b = loss->Parameters()[1].tensor;
  EXPECT_TRUE(at::allclose(*loss->Scores(x), x.mm(w.t()) + b, 1e-12));
}

TEST(Softmax, DrawsThePapersWeights) {
  const auto loss = MakeLoss("{}", 640, 100);
  // Standard deviation of the estimate: sigma / sqrt(2 n), n = 64,000; bound at 5 of them.
  EXPECT_NEAR(loss->Parameters()[0].tensor.std().item<double>(), 0.01, 0.01 * 0.014);
  EXPECT_EQ(loss->Parameters()[1].tensor.abs().sum().item<double>(), 0.0);
}

TEST(Softmax, IsSound) { ExpectSoundClassLoss(); }

}  // namespace
}  // namespace facet
