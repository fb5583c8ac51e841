// Against loops in float64, and what products would lose: equal rows, and nearly equal ones.
#include "plugins/distances/row_distances.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

at::Tensor Random(at::IntArrayRef sizes, uint64_t seed) {
  return at::randn(sizes, at::detail::createCPUGenerator(seed), at::kDouble);
}

// [A, N], by differences in float64.
at::Tensor Naive(const at::Tensor& x, int64_t num_anchors, bool squared) {
  const at::Tensor rows = x.to(at::kDouble);
  const at::Tensor d =
      at::square(rows.narrow(0, 0, num_anchors).unsqueeze(1) - rows.unsqueeze(0)).sum(2);
  return squared ? d : d.sqrt();
}

at::Tensor Gradient(const at::Tensor& at, int64_t num_anchors, bool squared,
                    const at::Tensor& weights) {
  const at::Tensor x = at.clone().set_requires_grad(true);
  (AnchorDistances(x, num_anchors, squared) * weights).sum().backward();
  return x.grad();
}

// The sum over the pairs of weight * slope * (x_i - x_j), by loops.
at::Tensor NaiveGradient(const at::Tensor& x, int64_t num_anchors, bool squared,
                         const at::Tensor& weights) {
  const at::Tensor rows = x.to(at::kDouble), d = Naive(x, num_anchors, false);
  at::Tensor gradient = at::zeros_like(rows);
  for (int64_t i = 0; i < num_anchors; ++i) {
    for (int64_t j = 0; j < x.size(0); ++j) {
      const double distance = d[i][j].item<double>();
      if (distance == 0) continue;
      const double slope = weights[i][j].item<double>() * (squared ? 2 : 1 / distance);
      gradient[i].add_(rows[i] - rows[j], slope);
      gradient[j].add_(rows[j] - rows[i], slope);
    }
  }
  return gradient;
}

struct Shape {
  int64_t size, num_anchors, dimension;
};

// Sizes beside those of tiles and vectors.
class Shapes : public testing::TestWithParam<Shape> {};

TEST_P(Shapes, AgreeWithLoops) {
  const auto [size, num_anchors, dimension] = GetParam();
  const at::Tensor x = Random({size, dimension}, 1), weights = Random({num_anchors, size}, 2);
  for (const bool squared : {false, true}) {
    const at::Tensor naive = Naive(x, num_anchors, squared);
    // Sums of at most 70 squares, in another order.
    EXPECT_TRUE(at::allclose(AnchorDistances(x, num_anchors, squared), naive, 1e-14, 0));
    EXPECT_TRUE(at::allclose(AnchorDistances(x.to(at::kFloat), num_anchors, squared),
                             naive.to(at::kFloat), 2e-6, 0));
    EXPECT_TRUE(at::allclose(Gradient(x, num_anchors, squared, weights),
                             NaiveGradient(x, num_anchors, squared, weights), 1e-11, 1e-12));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Shapes,
                         testing::Values(Shape{1, 1, 1}, Shape{5, 5, 3}, Shape{70, 70, 17},
                                         Shape{67, 66, 16}, Shape{130, 3, 70}, Shape{9, 0, 4}));

TEST(AnchorDistances, OfFloatsHaveTheFloatsGradient) {
  const at::Tensor x = Random({67, 20}, 3).to(at::kFloat), weights = Random({67, 67}, 4);
  EXPECT_TRUE(at::allclose(Gradient(x, 67, false, weights.to(at::kFloat)).to(at::kDouble),
                           NaiveGradient(x, 67, false, weights), 1e-5, 1e-5));
}

// Through squared norms of 20 the error of these distances would be of the order of 1e-3.
TEST(AnchorDistances, KeepSmallOnesAndTheirGradient) {
  at::Tensor x = Random({1, 20}, 5).to(at::kFloat).repeat({80, 1});
  for (int64_t i = 1; i < 80; ++i) x[i][i % 20] += 1e-6 * static_cast<double>(i);
  const at::Tensor weights = at::ones({80, 80}, at::kDouble);
  EXPECT_TRUE(
      at::allclose(AnchorDistances(x, 80, false).to(at::kDouble), Naive(x, 80, false), 1e-5, 0));
  EXPECT_TRUE(at::allclose(Gradient(x, 80, false, weights.to(at::kFloat)).to(at::kDouble),
                           NaiveGradient(x, 80, false, weights), 1e-4, 1e-4));
}

TEST(AnchorDistances, DependOnTheTwoRowsAlone) {
  const at::Tensor own = Random({7, 50}, 6).to(at::kFloat);
  const at::Tensor x = own.repeat({20, 1});  // each 20 times, in different places of tiles
  const at::Tensor d = AnchorDistances(x, 140, false);
  EXPECT_TRUE(at::equal(d, AnchorDistances(own, 7, false).repeat({20, 20})));
  EXPECT_TRUE(at::equal(d, d.t()));
  EXPECT_EQ(d.diagonal(7).abs().max().item<float>(), 0);
  EXPECT_TRUE(at::equal(AnchorDistances(x, 30, false), d.narrow(0, 0, 30)));
}

TEST(AnchorDistances, DoNotDependOnTheNumberOfThreads) {
  const at::Tensor x = Random({200, 30}, 7).to(at::kFloat);
  const at::Tensor weights = Random({200, 200}, 8).to(at::kFloat);
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> distances, gradients;
  for (const int number : {1, 2, 3}) {
    at::set_num_threads(number);
    distances.push_back(AnchorDistances(x, 200, false));
    gradients.push_back(Gradient(x, 200, false, weights));
  }
  at::set_num_threads(threads);
  for (const size_t i : {1, 2}) {
    EXPECT_TRUE(at::equal(distances[i], distances[0]));
    EXPECT_TRUE(at::equal(gradients[i], gradients[0]));
  }
}

TEST(AnchorDistances, OfEqualAndOfNoRows) {
  const at::Tensor ones = at::ones({3, 2}, at::kFloat);
  EXPECT_EQ(Gradient(ones, 3, false, at::ones({3, 3})).abs().sum().item<float>(), 0);
  EXPECT_EQ(Gradient(at::zeros({0, 2}), 0, false, at::ones({0, 0})).numel(), 0);
}

// The same entries, and the gradient that they have there.
TEST(PairedDistances, AreThoseOfTheirPairs) {
  const at::Tensor x = Random({9, 21}, 10);
  const at::Tensor first = at::tensor({0, 8, 3, 3, 5, 3}, at::kLong);
  const at::Tensor second = at::tensor({8, 0, 4, 4, 5, 0}, at::kLong);
  const at::Tensor weights = Random({6}, 11);
  for (const bool squared : {false, true}) {
    at::Tensor of_pairs = at::zeros({9, 9}, at::kDouble);
    for (int64_t t = 0; t < 6; ++t) of_pairs[first[t]][second[t]] += weights[t];
    const at::Tensor y = x.clone().set_requires_grad(true);
    const at::Tensor d = PairedDistances(y, first, second, squared);
    EXPECT_TRUE(at::equal(d, AnchorDistances(x, 9, squared).index({first, second})));
    (d * weights).sum().backward();
    EXPECT_TRUE(at::allclose(y.grad(), NaiveGradient(x, 9, squared, of_pairs), 1e-12, 1e-13));
  }
  EXPECT_EQ(PairedDistances(x, first.narrow(0, 0, 0), second.narrow(0, 0, 0), true).numel(), 0);
  for (const int64_t outside : {-1, 9}) {
    EXPECT_THROW(PairedDistances(x, first, at::full({6}, outside, at::kLong), true),
                 c10::IndexError);
  }
}

TEST(MeasureRows, AreSquaredDistancesAndProducts) {
  const at::Tensor x = Random({150, 21}, 9), rows = MeasurableRows(x);
  at::Tensor out = at::empty({140, 150}, at::kDouble);
  MeasureRows(RowMeasure::kSquaredDistance, rows, 10, 140, rows, out.data_ptr<double>());
  EXPECT_TRUE(at::allclose(out, Naive(x, 150, true).narrow(0, 10, 140), 1e-13, 0));
  MeasureRows(RowMeasure::kProduct, rows, 10, 140, rows, out.data_ptr<double>());
  EXPECT_TRUE(at::allclose(out, x.narrow(0, 10, 140).mm(x.t()), 0, 1e-12));
}

}  // namespace
}  // namespace facet
