// Against the paper's equations in plain loops, and the rules of losses with class weights.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "plugins/losses/class_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// Lengths, and what one training batch makes of their running mean and deviation.
struct Statistics {
  double mean, deviation;
};
Statistics After(const std::vector<double>& lengths, Statistics before, double rate) {
  double sum = 0, squares = 0;
  const auto count = static_cast<double>(lengths.size());
  for (const double length : lengths) sum += length;
  for (const double length : lengths) squares += std::pow(length - sum / count, 2);
  return {(1 - rate) * before.mean + rate * sum / count,
          (1 - rate) * before.deviation + rate * std::sqrt(squares / (count - 1))};
}
double Quality(double length, const Statistics& statistics, double h) {
  return std::min(1.0,
                  std::max(-1.0, h * (length - statistics.mean) / (statistics.deviation + 1e-3)));
}

void SetStatistics(Loss& loss, const Statistics& statistics) {
  loss.Buffers()[0].tensor.fill_(statistics.mean);
  loss.Buffers()[1].tensor.fill_(statistics.deviation);
}

TEST(AdaFace, MarginFollowsTheLength) {
  const auto loss = MakeLoss(R"({"scale": 30, "statistics_rate": 0.25, "concentration": 0.5,
                   "statistics_start": "fixed"})",
                             4, 3);
  RandomizeParameters(*loss);
  ClassExample example = ExampleFor(loss->Parameters()[0].tensor);
  const at::Tensor lengths_wanted =
      at::tensor({2.0, 0.5, 3.0, 9.0, 2.5, 1.0, 2.0, 0.25}, at::kDouble).unsqueeze(1);
  example.points = example.points / example.points.norm(2, 1, true) * lengths_wanted;
  const Rows x = RowsOf(example.points), w = RowsOf(loss->Parameters()[0].tensor);
  std::vector<double> lengths;
  for (const std::vector<double>& row : x) lengths.push_back(Length(row));
  // Binary fractions, so that the float32 buffers add no rounding but that of their update.
  SetStatistics(*loss, {2, 1});
  const Statistics statistics = After(lengths, {2, 1}, 0.25);
  int clipped_length = 0, clipped_angle = 0;
  const std::vector<double> expected =
      NaiveLogLosses(example, w.size(), [&](size_t n, size_t c, bool own) {
        const double cosine = Cosine(x[n], w[c]);
        if (!own) return 30 * cosine;
        const double z = Quality(lengths[n], statistics, 0.5);
        clipped_length += std::abs(z) == 1;
        const double theta = std::acos(std::max(-1.0, cosine)) - 0.4 * z;
        clipped_angle += theta > M_PI - 1e-3;
        return 30 * (std::cos(std::min(std::max(theta, 1e-3), M_PI - 1e-3)) - 0.4 * z - 0.4);
      });
  ASSERT_EQ(clipped_length, 1);
  ASSERT_GE(clipped_angle, 1);
  const at::Tensor elements =
      (*loss->Compute({example.points, Indices(example.labels), nullptr}))[0].elements;
  // Mean and deviation are kept in float32: 30 * 0.8 * 0.5 * 6e-8 and the same again.
  for (size_t n = 0; n < x.size(); ++n) {
    EXPECT_NEAR(elements[static_cast<int64_t>(n)].item<double>(), expected[n], 3e-6) << n;
  }
  EXPECT_NEAR(loss->Buffers()[0].tensor.item<double>(), statistics.mean, 1e-6);
  EXPECT_NEAR(loss->Buffers()[1].tensor.item<double>(), statistics.deviation, 1e-6);
}

// The paper: with z = -1 it is ArcFace, with z = 0 CosFace, both of margin 0.4.
TEST(AdaFace, ContainsArcFaceAndCosFace) {
  const auto loss = MakeLoss();
  SetParameter(*loss, "weight", FixtureClasses());
  const at::NoGradGuard no_grad;  // the statistics stay
  const double theta = 10 * M_PI / 180;
  const auto expected = [](double own) {
    return NaiveLogLoss({64 * own, 64 * std::cos(50 * M_PI / 180), 64 * std::cos(M_PI / 2)}, 0);
  };
  SetStatistics(*loss, {50, 1});
  EXPECT_NEAR(Value(*loss, PointsAt({0}), Indices({0})), expected(std::cos(theta + 0.4)), 1e-12);
  SetStatistics(*loss, {1, 1});
  EXPECT_NEAR(Value(*loss, PointsAt({0}), Indices({0})), expected(std::cos(theta) - 0.4), 1e-12);
}

TEST(AdaFace, FixedStatisticsMoveInTrainingAloneAndByOneHundredth) {
  const auto loss = MakeLoss(R"({"statistics_start": "fixed"})");
  const at::Tensor points = at::tensor({3.0, 0.0, 0.0, 5.0}).view({2, 2});  // lengths 3 and 5
  const at::Tensor mean = loss->Buffers()[0].tensor, deviation = loss->Buffers()[1].tensor;
  EXPECT_EQ(mean.item<float>(), 20.0f);
  EXPECT_EQ(deviation.item<float>(), 100.0f);
  {
    const at::NoGradGuard no_grad;
    ASSERT_TRUE(loss->Compute({points, Indices({0, 1}), nullptr}).ok());
  }
  EXPECT_EQ(mean.item<float>(), 20.0f);
  ASSERT_TRUE(loss->Compute({points, Indices({0, 1}), nullptr}).ok());
  EXPECT_FLOAT_EQ(mean.item<float>(), 0.99f * 20 + 0.01f * 4);
  EXPECT_FLOAT_EQ(deviation.item<float>(), 0.99f * 100 + 0.01f * std::sqrt(2.0f));
  // One row has a mean and no deviation; none has neither.
  ASSERT_TRUE(loss->Compute({points.slice(0, 0, 1), Indices({0}), nullptr}).ok());
  ASSERT_TRUE(loss->Compute({points.slice(0, 0, 0), Indices({}), nullptr}).ok());
  EXPECT_FLOAT_EQ(mean.item<float>(), 0.99f * (0.99f * 20 + 0.01f * 4) + 0.01f * 3);
  EXPECT_FLOAT_EQ(deviation.item<float>(), 0.99f * 100 + 0.01f * std::sqrt(2.0f));
}

// Lengths, one batch after the other.
void Train(Loss& loss, const std::vector<double>& lengths) {
  const auto count = static_cast<int64_t>(lengths.size());
  const at::Tensor points = at::zeros({count, 2});
  for (int64_t i = 0; i < count; ++i) points[i][i % 2] = lengths[static_cast<size_t>(i)];
  const at::Tensor labels = at::arange(count, at::kLong).remainder(3);
  ASSERT_TRUE(loss.Compute({points, labels, nullptr}).ok());
}

// With a = 1 / 2 the averages are (1 v1 + 2 v2 + 4 v3) / 7: those of exponential weights, none of
// which is the start's.
TEST(AdaFace, StatisticsBeginWithTheFirstBatch) {
  const auto loss = MakeLoss(R"({"statistics_rate": 0.5})");
  const at::Tensor mean = loss->Buffers()[0].tensor, deviation = loss->Buffers()[1].tensor;
  {
    const at::NoGradGuard no_grad;
    Train(*loss, {3, 5});
  }
  EXPECT_EQ(mean.item<float>(), 20.0f) << "validation counts for nothing";
  Train(*loss, {7});
  EXPECT_FLOAT_EQ(mean.item<float>(), 7);
  EXPECT_EQ(deviation.item<float>(), 100.0f) << "one row has none";
  Train(*loss, {3, 5});
  EXPECT_FLOAT_EQ(mean.item<float>(), (1 * 7 + 2 * 4) / 3.0f);
  EXPECT_FLOAT_EQ(deviation.item<float>(), std::sqrt(2.0f));
  Train(*loss, {2, 8});
  EXPECT_FLOAT_EQ(mean.item<float>(), (1 * 7 + 2 * 4 + 4 * 5) / 7.0f);
  EXPECT_FLOAT_EQ(deviation.item<float>(), (1 * std::sqrt(2.0f) + 2 * std::sqrt(18.0f)) / 3);
  EXPECT_TRUE(at::equal(loss->Buffers()[2].tensor, at::tensor({3.0f, 2.0f})));
}

// What that is for: the paper's h spreads about two thirds of a batch over |z| < h, in the first
// step too. From 20 and 100 every z would be near -0.07: no margin would follow anything.
TEST(AdaFace, FirstBatchHasMarginsOfItsOwn) {
  const auto elements = [](const char* options) {
    const auto loss = MakeLoss(options);
    SetParameter(*loss, "weight", FixtureClasses());
    const at::Tensor points = at::cat({PointsAt({50}), 3 * PointsAt({50}), 5 * PointsAt({50})});
    return (*loss->Compute({points, Indices({0, 0, 0}), nullptr}))[0].elements;
  };
  const auto spread = [](const at::Tensor& values) {
    return (values[2] - values[0]).item<double>();
  };
  // z = 0.333 (-2, 0, 2) / (2 + 0.001) = -0.333, 0, 0.333; the own class is 40 degrees away.
  const auto own = [](double z) { return std::cos(40 * M_PI / 180 - 0.4 * z) - 0.4 * z - 0.4; };
  const auto cost = [&](double z) {
    return NaiveLogLoss({64 * own(z), 64.0, 64 * std::cos(40 * M_PI / 180)}, 0);
  };
  const double z = 0.333 * 2 / 2.001;
  EXPECT_NEAR(spread(elements("{}")), cost(z) - cost(-z), 1e-5);
  EXPECT_LT(std::abs(spread(elements(R"({"statistics_start": "fixed"})"))),
            0.1 * std::abs(cost(z) - cost(-z)));
}

// The length enters the margin as a constant, so the gradient is that of the loss with each row's
// margin held: differences along the sphere, which leave the length as it is, see the whole of it,
// and along the length there is none.
TEST(AdaFace, GradientHoldsTheMargin) {
  const auto loss = MakeLoss("{}", 4, 3);
  RandomizeParameters(*loss);
  SetStatistics(*loss, {2, 1});
  at::Tensor x = RandomPoints(6, 4, 5).set_requires_grad(true);
  const at::Tensor labels = Indices({0, 1, 2, 2, 1, 0});
  Evaluate(*loss, {x, labels, nullptr}).backward();
  const at::Tensor gradient = x.grad();
  EXPECT_LT((gradient * x).sum(1).abs().max().item<double>(), 1e-12);
  const at::Tensor direction = RandomPoints(6, 4, 8);
  const auto moved = [&](double step) {
    at::Tensor points = x.detach() + step * direction;
    points = points / points.norm(2, 1, true) * x.detach().norm(2, 1, true);
    return Value(*loss, points, labels);
  };
  const double slope = (gradient * direction).sum().item<double>();
  EXPECT_NEAR(slope, (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-6 * (1 + std::abs(slope)));
}

TEST(AdaFace, StartsAsTheAuthorsProgram) {
  ExpectStart(MakeLoss("{}", 640, 100)->Parameters()[0].tensor, UnitDeviation(), /*unit=*/true);
  ExpectTurnsWhereNormalVectorsStay(0.1, 20);
}

TEST(AdaFace, MakesNoMaskOfAllClasses) { ExpectMatricesAtMost("{}", 3.5); }

TEST(AdaFace, IsSound) { ExpectSoundClassLoss("{}", {"embeddings"}); }

TEST(AdaFace, RefusesAShareAboveOne) {
  EXPECT_THAT(Refusal(R"({"statistics_rate": 1.5})"), HasSubstr("statistics_rate"));
}

}  // namespace
}  // namespace facet
