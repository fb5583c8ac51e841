// Against the equations in loops, an independent program's values, and numeric gradients of the
// equations with the weights held.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(Circle, AgreesWithAnIndependentProgram) {
  ExpectGolden(R"({"margin": 0.4, "gamma": 80.0, "reduction": "mean_nonzero"})", 39.408773469404,
               51.110266916431);
}

TEST(Circle, AgreesWithAnIndependentProgramForFaces) {
  ExpectGolden(R"({"margin": 0.25, "gamma": 256.0})", 176.028075101608, 213.389085708037);
}

// Equation 6 with the weights of `held`, averaged over the anchors with pairs of both kinds.
double Equation(const Loops& batch, const Loops& held, double m, double gamma) {
  std::vector<double> terms;
  for (int64_t a = 0; a < batch.size; ++a) {
    double p_sum = 0, n_sum = 0;
    for (const int64_t p : batch.Positives(a)) {
      const double pace = std::max(0.0, 1 + m - held.Cosine(a, p));
      p_sum += std::exp(-gamma * pace * (batch.Cosine(a, p) - (1 - m)));
    }
    for (const int64_t n : batch.Negatives(a)) {
      const double pace = std::max(0.0, held.Cosine(a, n) + m);
      n_sum += std::exp(gamma * pace * (batch.Cosine(a, n) - m));
    }
    if (p_sum > 0 && n_sum > 0) terms.push_back(std::log1p(p_sum * n_sum));
  }
  return Mean(terms);
}

TEST(Circle, IsThePapersEquation) {
  ExpectAgreesWithLoops(R"({"margin": 0.3, "gamma": 4.0})",
                        [](const Loops& batch) { return Equation(batch, batch, 0.3, 4); });
  ExpectAgreesWithLoops(R"({"gamma": 80.0})", [](const Loops& batch) {
    return Equation(batch, batch, 0.25, 80);  // with 256 the loops would need e^1000
  });
}

TEST(Circle, GradientsHoldTheWeights) {
  const auto loss = MakePairLoss(R"({"margin": 0.3, "gamma": 4.0})");
  at::Tensor x = PairPoints().set_requires_grad(true);
  const Tuples pairs = AllPairs(PairLabels());
  Evaluate(*loss, {x, Indices(PairLabels()), nullptr}).backward();
  const Loops held(x, pairs);
  constexpr double kStep = 1e-6;
  at::Tensor flat = x.data().view({-1});
  for (int64_t i = 0; i < flat.numel(); ++i) {
    const double old = flat[i].item<double>();
    flat[i].fill_(old + kStep);
    const double above = Equation(Loops(x, pairs), held, 0.3, 4);
    flat[i].fill_(old - kStep);
    const double below = Equation(Loops(x, pairs), held, 0.3, 4);
    flat[i].fill_(old);
    // The step's square times a third derivative of some hundreds, and 1e-15 / 1e-6.
    EXPECT_NEAR(x.grad().view({-1})[i].item<double>(), (above - below) / (2 * kStep), 1e-8);
  }
}

TEST(Circle, HoldsAtTheEdges) {
  ExpectPairLossHolds(R"({"margin": 0.4, "gamma": 80.0})");
  ExpectPairLossHolds("{}");
}

TEST(Circle, TakesGamma300InFloat32) {
  for (const double m : {0.25, 0.4}) {
    const auto loss = MakePairLoss("{\"gamma\": 300.0, \"margin\": " + std::to_string(m) + "}");
    ExpectSurvivesDegenerateInput(*loss, kPairDimension);
    // The hardest batch: one positive, opposite, and of two negatives one equal. In float32 a
    // relative 1e-6 of an exponent beyond 1000, which is no power of e that a float could hold.
    const at::Tensor x =
        at::tensor({1.0f, 0.0f, -1.0f, 0.0f, 1.0f, 0.0f, -1.0f, 0.0f}).view({4, 2});
    const double hardest = 300 * (2 + m) * (2 - m) + 300 * (1 + m) * (1 - m);
    EXPECT_NEAR(ExpectFinite(*loss, x, Indices({0, 0, 1, 1})), hardest, 1e-6 * hardest);
    // And one that is solved: the positive equal, both negatives opposite, their weights 0.
    const double solved = std::log1p(2 * std::exp(-300 * m * m));
    EXPECT_NEAR(ExpectFinite(*loss, x, Indices({0, 1, 0, 1})), solved, 1e-5 * solved);
  }
}

}  // namespace
}  // namespace facet
