// Against the paper's equations in plain loops, and the rules of losses with class weights.
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

TEST(Center, IsTheLogLossAndTheDistanceToTheOwnCentre) {
  const auto loss = MakeLoss(R"({"lambda": 0.3})", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example;
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  const at::Tensor bias = loss->Parameters()[1].tensor;
  const Rows centers = RowsOf(loss->Parameters()[2].tensor);
  const std::vector<double> log_losses =
      NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool) {
        return Dot(x[n], w[c]) + bias[static_cast<int64_t>(c)].item<double>();
      });
  std::vector<double> distances;
  for (size_t n = 0; n < x.size(); ++n) {
    const auto own = static_cast<size_t>(example.labels[n]);
    double squares = 0;
    for (size_t d = 0; d < 4; ++d) squares += std::pow(x[n][d] - centers[own][d], 2);
    distances.push_back(0.3 / 2 * squares);
  }
  ExpectElements(*loss, example, log_losses, 0);
  ExpectElements(*loss, example, distances, 1);
}

// Equation 4, whatever lambda is: alpha * sum of (c_j - x_i) / (1 + n_j).
TEST(Center, CentresMoveByThePapersRule) {
  for (const char* lambda : {"0", "0.003", "2"}) {
    const auto loss = MakeLoss(std::string("{\"alpha\": 0.4, \"lambda\": ") + lambda + "}", 4, 3);
    RandomizeParameters(*loss);
    ClassExample example;
    example.labels = {0, 0, 0, 2, 2, 0, 0, 0};  // 6, 0 and 2 elements
    Evaluate(*loss, {example.points, Indices(example.labels), nullptr}).backward();
    const Rows x = RowsOf(example.points), centers = RowsOf(loss->Parameters()[2].tensor);
    const Rows moved = RowsOf(loss->Parameters()[2].tensor.grad());
    for (size_t c = 0; c < 3; ++c) {
      for (size_t d = 0; d < 4; ++d) {
        double sum = 0;
        int count = 0;
        for (size_t n = 0; n < x.size(); ++n) {
          if (example.labels[n] != static_cast<int64_t>(c)) continue;
          sum += centers[c][d] - x[n][d];
          ++count;
        }
        EXPECT_NEAR(moved[c][d], 0.4 * sum / (1 + count), 1e-12);
      }
    }
  }
}

TEST(Center, DrawsCentresOfTheirOwn) {
  const auto loss = MakeLoss("{}", 640, 100);
  const at::Tensor centers = loss->Parameters()[2].tensor;
  ASSERT_EQ(loss->Parameters()[2].name, "centers");
  // Standard deviation of the estimate: sigma / sqrt(2 n), n = 64,000; bound at 5 of them.
  EXPECT_NEAR(centers.std().item<double>() * std::sqrt(640.0), 1, 0.014);
  // Correlation of independent draws: 1 / sqrt(n).
  const at::Tensor weight = loss->Parameters()[0].tensor;
  EXPECT_LT(std::abs((centers * weight).mean().item<double>() * 100 * std::sqrt(640.0)), 0.02);
}

TEST(Center, IsSound) { ExpectSoundClassLoss("{}", {"centers"}); }

TEST(Center, RefusesANegativeWeight) {
  EXPECT_THAT(Refusal(R"({"lambda": -1})"), HasSubstr("lambda"));
}

}  // namespace
}  // namespace facet
