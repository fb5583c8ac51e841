// Against the paper's equations in plain loops, and the rules of losses with class weights.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

at::Tensor CentersOf(Loss& loss) { return loss.Buffers()[0].tensor; }

TEST(Center, IsTheLogLossAndTheDistanceToTheOwnCentre) {
  const auto loss = MakeLoss(R"({"lambda": 0.3})", 4, 3);
  RandomizeParameters(*loss);
  const ClassExample example;
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  const at::Tensor bias = loss->Parameters()[1].tensor;
  const Rows centers = RowsOf(CentersOf(*loss));
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
  const at::NoGradGuard no_grad;  // the centres stay
  ExpectElements(*loss, example, log_losses, 0);
  ExpectElements(*loss, example, distances, 1);
}

// Equation 4, whatever lambda is: c_j -= alpha * sum of (c_j - x_i) / (1 + n_j).
TEST(Center, CentresMoveByThePapersRule) {
  for (const char* lambda : {"0", "0.003", "2"}) {
    const auto loss = MakeLoss(std::string("{\"alpha\": 0.4, \"lambda\": ") + lambda + "}", 4, 3);
    ClassExample example;
    example.labels = {0, 0, 0, 2, 2, 0, 0, 0};  // 6, 0 and 2 elements
    const Rows x = RowsOf(example.points), before = RowsOf(CentersOf(*loss));
    ASSERT_TRUE(loss->Compute({example.points, Indices(example.labels), nullptr}).ok());
    const Rows after = RowsOf(CentersOf(*loss));
    for (size_t c = 0; c < 3; ++c) {
      for (size_t d = 0; d < 4; ++d) {
        double sum = 0;
        int count = 0;
        for (size_t n = 0; n < x.size(); ++n) {
          if (example.labels[n] != static_cast<int64_t>(c)) continue;
          sum += before[c][d] - x[n][d];
          ++count;
        }
        // Centres are float32, and are added to six times.
        EXPECT_NEAR(after[c][d], before[c][d] - 0.4 * sum / (1 + count), 2e-6);
        if (count == 0) {
          EXPECT_EQ(after[c][d], before[c][d]);
        }
      }
    }
  }
}

// With one element a step a centre goes alpha / 2 of the way; the value is that before the step.
TEST(Center, CentresComeToTheirElementsByAlphaAlone) {
  const auto loss = MakeLoss(R"({"alpha": 0.5, "lambda": 2})");
  at::Tensor centers = CentersOf(*loss);
  centers.zero_();
  const at::Tensor x = at::tensor({8.0, 0.0}).view({1, 2});
  double away = 8;
  for (int step = 0; step < 5; ++step) {
    const auto groups = loss->Compute({x, Indices({1}), nullptr});
    ASSERT_TRUE(groups.ok()) << groups.status();
    EXPECT_NEAR((*groups)[1].elements[0].item<double>(), away * away, 1e-4);
    away *= 0.75;
    EXPECT_NEAR(centers[1][0].item<double>(), 8 - away, 1e-5);
  }
  EXPECT_EQ(centers[0].abs().sum().item<double>() + centers[2].abs().sum().item<double>(), 0.0);
}

TEST(Center, CentresAreStateThatNoOptimiserSeesAndNoValidationMoves) {
  const auto loss = MakeLoss();
  ASSERT_EQ(loss->Parameters().size(), 2U);
  EXPECT_EQ(loss->Parameters()[0].name, "weight");
  EXPECT_EQ(loss->Parameters()[1].name, "bias");
  ASSERT_EQ(loss->Buffers().size(), 1U);
  EXPECT_EQ(loss->Buffers()[0].name, "centers");
  EXPECT_FALSE(CentersOf(*loss).requires_grad());
  const at::Tensor before = CentersOf(*loss).clone();
  const at::Tensor points = RandomPoints(6, 2, 5);
  {
    const at::NoGradGuard validation;
    ASSERT_TRUE(loss->Compute({points, Indices({0, 1, 2, 0, 1, 2}), nullptr}).ok());
  }
  EXPECT_TRUE(at::equal(CentersOf(*loss), before));
  ASSERT_TRUE(loss->Compute({points, Indices({0, 1, 2, 0, 1, 2}), nullptr}).ok());
  EXPECT_FALSE(at::equal(CentersOf(*loss), before));
}

TEST(Center, StartsAsTheAuthorsProgram) {
  const auto loss = MakeLoss("{}", 640, 100);
  const at::Tensor weight = loss->Parameters()[0].tensor, centers = CentersOf(*loss);
  ExpectStart(weight, 1 / std::sqrt(640.0));
  ExpectStart(centers, 1 / std::sqrt(640.0));
  // Correlation of independent draws: 1 / sqrt(n), n = 64,000; bound at 5 of them.
  EXPECT_LT(std::abs((centers * weight).mean().item<double>() * 640), 0.02);
  ExpectStart(MakeLoss(R"({"centers_init": "gaussian"})", 640, 100)->Buffers()[0].tensor, 0.01);
}

TEST(Center, IsSound) { ExpectSoundClassLoss(); }

TEST(Center, RefusesANegativeWeight) {
  EXPECT_THAT(Refusal(R"({"lambda": -1})"), HasSubstr("lambda"));
}

}  // namespace
}  // namespace facet
