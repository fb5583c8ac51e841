// Against the algorithm of the paper in loops, and against PyTorch 2.15.0's torch.optim.AdamW on
// the weights, gradients and rates of ExpectGolden (optimizer_testing.h).
#include <cmath>

#include "gtest/gtest.h"
#include "plugins/optimizers/optimizer_testing.h"

namespace facet {
namespace {

constexpr char kOptions[] = R"({"weight_decay": 0.1})";

// Loshchilov & Hutter 2019, algorithm 2 with alpha = 0.5 and lambda = alpha weight_decay; eta alpha
// is the rate.
NaiveStep Algorithm2(double decay) {
  return ForEachWeight([decay](double& w, double& m, double& v, double g, double rate, int t) {
    const double alpha = 0.5, eta = rate / alpha, lambda = alpha * decay;
    m = 0.9 * m + (1 - 0.9) * g;
    v = 0.999 * v + (1 - 0.999) * g * g;
    const double mean = m / (1 - std::pow(0.9, t)), square = v / (1 - std::pow(0.999, t));
    w -= eta * (alpha * mean / (std::sqrt(square) + 1e-8) + lambda * w);
  });
}

TEST(AdamW, IsAlgorithm2OfLoshchilovAndHutter) { ExpectFormula(kOptions, Algorithm2(0.1)); }

TEST(AdamW, DecaysOnlyWhatDecays) {
  ExpectFormula(kOptions, Algorithm2(0), {{54}, /*decays=*/false});
}

// AdamW(lr, weight_decay=0.1)
TEST(AdamW, AgreesWithPyTorch) {
  ExpectGolden(
      kOptions, 0.1,
      {{1, {0.435942850, -0.313016682, -0.881180694, -0.548161992}, {0.184652300, 0.861160369}},
       {10, {-0.412511197, -0.802440492, -0.648410815, -0.608288388}, {-0.300688068, 0.248081463}},
       {100, {-0.621320570, 0.140740203, -0.052740677, 0.006558687}, {0.009917125, -0.016374238}}});
}

TEST(AdamW, ScalesGradientsBeforeAnythingElse) { ExpectScalesGradients(kOptions); }

// The names that checkpoints hold.
TEST(AdamW, ItsStateHasTheseNames) {
  EXPECT_EQ((*MakeComponent<Optimizer>())->StateNames(),
            (std::vector<std::string>{"moment1", "moment2"}));
}

}  // namespace
}  // namespace facet
