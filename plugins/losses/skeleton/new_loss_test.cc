// Against the formula in loops, and a gradient against differences.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/api/loss.h"
#include "plugins/plugin_testing.h"

namespace {

using facet::Loss;
using facet::MakeComponent;

constexpr int64_t kRows = 6, kDimension = 3;

at::Tensor Points() {
  return at::randn({kRows, kDimension}, at::detail::createCPUGenerator(1)).to(at::kDouble);
}

at::Tensor Labels() { return at::arange(kRows, at::kLong).remainder(3); }

double Value(Loss& loss, const at::Tensor& points, const facet::Tuples* tuples = nullptr) {
  const auto groups = loss.Compute({points, Labels(), tuples}).value();
  return (groups[0].elements.mean() + groups[1].elements.mean()).item<double>();
}

double Cosine(const at::Tensor& points, int64_t i, int64_t j) {
  double dot = 0, first = 0, second = 0;
  for (int64_t d = 0; d < kDimension; ++d) {
    const auto x = points[i][d].item<double>(), y = points[j][d].item<double>();
    dot += x * y;
    first += x * x;
    second += y * y;
  }
  return dot / std::sqrt(first * second);
}

TEST(NewLoss, IsTheFormula) {
  const at::Tensor points = Points();
  double positive = 0, negative = 0;
  int num_positive = 0, num_negative = 0;
  for (int64_t i = 0; i < kRows; ++i) {
    for (int64_t j = i + 1; j < kRows; ++j) {
      const double cosine = Cosine(points, i, j);
      const bool same = i % 3 == j % 3;
      positive += same ? 1 - cosine : 0;
      negative += same ? 0 : std::max(0.0, cosine - 0.1);
      ++(same ? num_positive : num_negative);
    }
  }
  const auto loss = MakeComponent<Loss>(R"({"margin": 0.1})").value();
  // Sums of a dozen numbers of double precision.
  EXPECT_NEAR(Value(*loss, points), positive / num_positive + negative / num_negative, 1e-12);
}

TEST(NewLoss, TakesThePairsOfAMiner) {
  facet::Tuples pairs;
  pairs.kind = facet::TupleKind::kPairs;
  pairs.positive_first = at::tensor({0}, at::kLong);
  pairs.positive_second = at::tensor({3}, at::kLong);
  pairs.negative_first = at::tensor({0}, at::kLong);
  pairs.negative_second = at::tensor({1}, at::kLong);
  const at::Tensor points = Points();
  const auto loss = MakeComponent<Loss>(R"({"margin": -1})").value();
  EXPECT_NEAR(Value(*loss, points, &pairs), 1 - Cosine(points, 0, 3) + Cosine(points, 0, 1) + 1,
              1e-12);
  pairs.kind = facet::TupleKind::kTriplets;
  EXPECT_FALSE(loss->Compute({points, Labels(), &pairs}).ok());
}

TEST(NewLoss, GradientAgreesWithDifferences) {
  const auto loss = MakeComponent<Loss>().value();
  const at::Tensor points = Points().set_requires_grad(true);
  const auto groups = loss->Compute({points, Labels()}).value();
  (groups[0].elements.mean() + groups[1].elements.mean()).backward();
  constexpr double kStep = 1e-6;
  for (int64_t i = 0; i < points.numel(); ++i) {
    at::Tensor higher = Points(), lower = Points();
    higher.view(-1)[i] += kStep;
    lower.view(-1)[i] -= kStep;
    const double slope = (Value(*loss, higher) - Value(*loss, lower)) / (2 * kStep);
    // The difference's own error is about 1e-16 / kStep.
    EXPECT_NEAR(points.grad().view(-1)[i].item<double>(), slope, 1e-8);
  }
}

}  // namespace
