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
  ExpectElements(*loss, example, NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool) {
    return Dot(x[n], w[c]) + bias[static_cast<int64_t>(c)].item<double>();
  }));
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
  ExpectStart(loss->Parameters()[0].tensor, 0.01);
  EXPECT_EQ(loss->Parameters()[1].tensor.abs().sum().item<double>(), 0.0);
}

TEST(Softmax, IsSound) { ExpectSoundClassLoss(); }

}  // namespace
}  // namespace facet
