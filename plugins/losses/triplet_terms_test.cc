// Against loops over all triples.
#include "plugins/losses/triplet_terms.h"

#include <ATen/ATen.h>

#include <limits>
#include <vector>

#include "gtest/gtest.h"

namespace facet {
namespace {

struct Triplets {
  std::vector<double> differences;
  std::vector<std::vector<int64_t>> places;  // of a, p and n
};

Triplets Naive(const at::Tensor& d, const std::vector<int64_t>& labels) {
  Triplets all;
  const auto label = [&](int64_t i) { return labels[static_cast<size_t>(i)]; };
  for (int64_t a = 0; a < d.size(0); ++a) {
    for (int64_t p = 0; p < d.size(1); ++p) {
      for (int64_t n = 0; n < d.size(1); ++n) {
        if (p == a || label(p) != label(a) || label(n) == label(a)) continue;
        all.differences.push_back((d[a][p] - d[a][n]).item<double>());
        all.places.push_back({a, p, n});
      }
    }
  }
  return all;
}

// With and without anchors of one's own, an image that is alone, one person, nobody.
const std::vector<std::vector<int64_t>> kLabels = {
    {0, 1, 0, 2, 1, 0, 3}, {4, 4, 4}, {0, 1, 2}, {}, {5, 5, 1, 1, 5, 1, 5, 2, 2}};

// A training that diverges has to show it.
TEST(TripletHinges, WhatIsNoNumberStaysSo) {
  at::Tensor d = at::zeros({3, 3}, at::kFloat);
  d[0][1].fill_(std::numeric_limits<float>::quiet_NaN());
  const at::Tensor labels = at::tensor({0, 0, 1}, at::kLong);
  EXPECT_TRUE(TripletHinges(d, labels, 0.3)[0].isnan().item<bool>());
}

class TripletTerms : public testing::TestWithParam<at::ScalarType> {};

TEST_P(TripletTerms, AreThoseOfLoops) {
  for (const std::vector<int64_t>& own : kLabels) {
    const auto size = static_cast<int64_t>(own.size());
    const at::Tensor labels = at::tensor(own, at::kLong);
    for (const int64_t num_anchors : {size, size / 2}) {
      const at::Tensor given = at::rand({num_anchors, size}, at::detail::createCPUGenerator(3),
                                        at::TensorOptions(at::kFloat));
      const Triplets naive = Naive(given, own);
      for (const bool hinge : {false, true}) {
        for (const bool weigh : {false, true}) {
          const at::Tensor d = given.to(GetParam()).clone().set_requires_grad(true);
          const at::Tensor taken =
              hinge ? TripletHinges(d, labels, 0.3) : TripletDifferences(d, labels);
          ASSERT_EQ(taken.numel(), static_cast<int64_t>(naive.differences.size()));
          const at::Tensor weights =
              weigh ? at::arange(taken.numel(), taken.options().requires_grad(false)).remainder(7)
                    : at::ones({1}, taken.options().requires_grad(false)).expand_as(taken);
          (weigh ? (taken * weights).sum() : taken.sum()).backward();
          at::Tensor gradient = at::zeros({num_anchors, size}, at::kDouble);
          for (int64_t i = 0; i < taken.numel(); ++i) {
            const double excess = naive.differences[static_cast<size_t>(i)] + (hinge ? 0.3 : 0);
            const double expected = hinge ? std::max(0.0, excess) : excess;
            EXPECT_NEAR(taken[i].item<double>(), expected, 1e-6);
            if (hinge && excess <= 0) continue;
            const std::vector<int64_t>& place = naive.places[static_cast<size_t>(i)];
            gradient[place[0]][place[1]] += weights[i].to(at::kDouble);
            gradient[place[0]][place[2]] -= weights[i].to(at::kDouble);
          }
          EXPECT_TRUE(at::allclose(d.grad().to(at::kDouble), gradient, 1e-12, 1e-12));
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, TripletTerms, testing::Values(at::kFloat, at::kDouble));

}  // namespace
}  // namespace facet
