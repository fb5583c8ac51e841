// Against the equation in loops, an independent program's values, and numeric gradients.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(LiftedStructure, AgreesWithAnIndependentProgram) {
  ExpectGolden(R"({"normalize": true})", 2.994082235837, 3.237939506025);
}

// Equation 4, over ordered pairs.
double Equation(const Loops& batch, double m, double positive_margin, bool normalize) {
  std::vector<double> terms;
  for (const auto& [i, j] : batch.positive) {
    double sum = 0;
    for (const int64_t end : {i, j}) {
      for (const int64_t n : batch.Negatives(end)) {
        sum += std::exp(m - batch.Distance(end, n, normalize));
      }
    }
    const double hinge =
        sum == 0 ? 0
                 : std::max(0.0, std::log(sum) + batch.Distance(i, j, normalize) - positive_margin);
    terms.push_back(0.5 * hinge * hinge);
  }
  return Mean(terms);
}

TEST(LiftedStructure, IsThePapersEquation) {
  ExpectAgreesWithLoops("{}", [](const Loops& batch) { return Equation(batch, 1, 0, false); });
  ExpectAgreesWithLoops(R"({"negative_margin": 0.3, "positive_margin": 0.2, "normalize": true})",
                        [](const Loops& batch) { return Equation(batch, 0.3, 0.2, true); });
}

TEST(LiftedStructure, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree("{}");
  ExpectPairGradientsAgree(R"({"normalize": true, "reduction": "sum"})");
}

TEST(LiftedStructure, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"normalize": true})");
  ExpectPairLossHolds(R"({"negative_margin": 1000.0})");
}

TEST(LiftedStructure, APositivePairWithoutNegativesCostsNothing) {
  const auto loss = MakePairLoss("{}");
  EXPECT_EQ(ExpectFinite(*loss, PairPoints(), at::zeros({8}, at::kLong)), 0.0);
}

}  // namespace
}  // namespace facet
