// Against the formula in loops, numeric gradients in float64, and numbers that an independent
// program computed in float64 from the same formula: five points (2 cos t, 0.5 sin t), t = 0, 20,
// 40, 60, 80 degrees, normalised, labels 0 0 1 1 2, all 12 triplets, averaged over the positive
// terms.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <memory>

#include "core/api/loss.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Loss> Make(const std::string& options) {
  auto made = facet_plugin_descriptor()->components[0].create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::unique_ptr<Loss>(static_cast<Loss*>(made->release()));
}

at::Tensor Indices(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

Tuples AllTriplets(const std::vector<int64_t>& labels) {
  std::vector<int64_t> a, p, n;
  const auto size = static_cast<int64_t>(labels.size());
  const auto label = [&](int64_t i) { return labels[static_cast<size_t>(i)]; };
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t j = 0; j < size; ++j) {
      for (int64_t k = 0; k < size; ++k) {
        if (i == j || label(i) != label(j) || label(i) == label(k)) continue;
        a.push_back(i);
        p.push_back(j);
        n.push_back(k);
      }
    }
  }
  Tuples tuples;
  tuples.kind = TupleKind::kTriplets;
  tuples.anchors = Indices(a);
  tuples.positives = Indices(p);
  tuples.negatives = Indices(n);
  return tuples;
}

struct Golden {
  const char* options;
  double mean_of_positive_terms;
  int64_t num_positive;
};

class TripletGolden : public testing::TestWithParam<Golden> {};

TEST_P(TripletGolden, AgreesWithAnIndependentProgram) {
  at::Tensor x = at::empty({5, 2}, at::kDouble);
  for (int64_t i = 0; i < 5; ++i) {
    const double t = static_cast<double>(i) * 20 * M_PI / 180;
    x[i][0] = 2 * std::cos(t);
    x[i][1] = 0.5 * std::sin(t);
  }
  x = x / x.norm(2, 1, true);
  const Tuples tuples = AllTriplets({0, 0, 1, 1, 2});
  ASSERT_EQ(tuples.anchors.numel(), 12);
  const auto groups = Make(GetParam().options)->Compute({x, Indices({0, 0, 1, 1, 2}), &tuples});
  ASSERT_TRUE(groups.ok()) << groups.status();
  const at::Tensor elements = (*groups)[0].elements;
  EXPECT_EQ(elements.gt(0).sum().item<int64_t>(), GetParam().num_positive);
  EXPECT_NEAR(elements.sum().item<double>() / static_cast<double>(GetParam().num_positive),
              GetParam().mean_of_positive_terms, 1e-11);
}

INSTANTIATE_TEST_SUITE_P(
    Normalised, TripletGolden,
    testing::Values(Golden{R"({"margin": 0.05, "distance": "l2"})", 0.068467612073, 3},
                    Golden{R"({"margin": 0.05, "distance": "squared_l2"})", 0.046392581356, 4},
                    Golden{R"({"margin": 0.2, "distance": "l2"})", 0.164933270898, 5},
                    Golden{R"({"margin": 0.2, "distance": "squared_l2"})", 0.144185060934, 8}));

class TripletDistance : public testing::TestWithParam<const char*> {};

TEST_P(TripletDistance, IsThePapersHinge) {
  const std::string distance = GetParam();
  const auto loss = Make("{\"margin\": 0.7, \"distance\": \"" + distance + "\"}");
  at::manual_seed(5);
  const at::Tensor x = at::randn({6, 3}, at::kDouble);  // not normalised, and used so
  const std::vector<int64_t> labels = {0, 0, 0, 1, 1, 2};
  const Tuples tuples = AllTriplets(labels);
  const at::Tensor elements = (*loss->Compute({x, Indices(labels), &tuples}))[0].elements;
  const auto d = [&](int64_t i, int64_t j) {
    double sum = 0;
    for (int64_t c = 0; c < 3; ++c) sum += std::pow((x[i][c] - x[j][c]).item<double>(), 2);
    return distance == "l2" ? std::sqrt(sum) : sum;
  };
  ASSERT_EQ(elements.numel(), tuples.anchors.numel());
  int64_t zeros = 0;
  for (int64_t t = 0; t < elements.numel(); ++t) {
    const auto a = tuples.anchors[t].item<int64_t>(), p = tuples.positives[t].item<int64_t>(),
               n = tuples.negatives[t].item<int64_t>();
    const double expected = std::max(0.0, 0.7 - d(a, n) + d(a, p));
    EXPECT_NEAR(elements[t].item<double>(), expected, 1e-12);
    zeros += expected == 0;
  }
  EXPECT_GT(zeros, 0);
  EXPECT_LT(zeros, elements.numel());
}

TEST_P(TripletDistance, GradientAgreesWithDifferences) {
  const auto loss = Make(std::string("{\"margin\": 0.7, \"distance\": \"") + GetParam() + "\"}");
  at::manual_seed(6);
  at::Tensor x = at::randn({6, 3}, at::kDouble);
  x.set_requires_grad(true);
  const std::vector<int64_t> labels = {0, 0, 0, 1, 1, 2};
  const Tuples tuples = AllTriplets(labels);
  const auto value = [&] {
    return (*loss->Compute({x, Indices(labels), &tuples}))[0].elements.sum();
  };
  value().backward();
  const at::NoGradGuard no_grad;
  at::Tensor flat = x.detach().view({-1});
  constexpr double kStep = 1e-6;
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double old = flat[i].item<double>();
    flat[i].fill_(old + kStep);
    const double above = value().item<double>();
    flat[i].fill_(old - kStep);
    const double below = value().item<double>();
    flat[i].fill_(old);
    // Central differences over a few dozen terms; no term is within kStep of its kink for this
    // seed.
    EXPECT_NEAR(x.grad().view({-1})[i].item<double>(), (above - below) / (2 * kStep), 1e-7);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, TripletDistance, testing::Values("squared_l2", "l2"));

TEST(Triplet, EqualPointsHaveAGradient) {
  const auto loss = Make(R"({"distance": "l2"})");
  at::Tensor x = at::zeros({3, 2});
  x.set_requires_grad(true);
  const Tuples tuples = AllTriplets({0, 0, 1});
  (*loss->Compute({x, Indices({0, 0, 1}), &tuples}))[0].elements.sum().backward();
  EXPECT_TRUE(at::isfinite(x.grad()).all().item<bool>()) << x.grad();
}

TEST(Triplet, NoTripletsAreAnEmptyGroupWithAGradient) {
  const auto loss = Make("{}");
  at::Tensor x = at::ones({2, 2});
  x.set_requires_grad(true);
  const Tuples tuples = AllTriplets({0, 1});
  const auto groups = loss->Compute({x, Indices({0, 1}), &tuples});
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_EQ((*groups)[0].elements.numel(), 0);
  (*groups)[0].elements.sum().backward();
  EXPECT_EQ(x.grad().abs().sum().item<double>(), 0.0);
}

TEST(Triplet, NamesItsReduction) {
  const Tuples tuples = AllTriplets({0, 0, 1});
  const auto reduction = [&](const std::string& options) {
    return (*Make(options)->Compute({at::ones({3, 2}), Indices({0, 0, 1}), &tuples}))[0].reduction;
  };
  EXPECT_EQ(reduction("{}"), Reduction::kMean);
  EXPECT_EQ(reduction(R"({"reduction": "sum"})"), Reduction::kSum);
  EXPECT_EQ(reduction(R"({"reduction": "mean_nonzero"})"), Reduction::kMeanNonZero);
}

TEST(Triplet, AsksForTriplets) {
  const auto groups = Make("{}")->Compute({at::ones({2, 2}), Indices({0, 1}), nullptr});
  EXPECT_THAT(std::string(groups.status().message()), HasSubstr("needs triplets"));
}

}  // namespace
}  // namespace facet
