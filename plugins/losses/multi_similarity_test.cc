// Against the equation in loops, an independent program's values, and numeric gradients.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(MultiSimilarity, AgreesWithAnIndependentProgram) {
  ExpectGolden("{}", 0.543828938144, 0.584677140872);
}

double Equation(const Loops& batch, double alpha, double beta, double base) {
  std::vector<double> terms;
  for (int64_t a = 0; a < batch.size; ++a) {
    double p_sum = 0, n_sum = 0;
    for (const int64_t p : batch.Positives(a))
      p_sum += std::exp(-alpha * (batch.Cosine(a, p) - base));
    for (const int64_t n : batch.Negatives(a))
      n_sum += std::exp(beta * (batch.Cosine(a, n) - base));
    terms.push_back(std::log1p(p_sum) / alpha + std::log1p(n_sum) / beta);
  }
  return Mean(terms);
}

TEST(MultiSimilarity, IsThePapersEquation) {
  ExpectAgreesWithLoops("{}", [](const Loops& batch) { return Equation(batch, 2, 50, 0.5); });
  ExpectAgreesWithLoops(R"({"alpha": 3.0, "beta": 5.0, "base": 1.0})",
                        [](const Loops& batch) { return Equation(batch, 3, 5, 1); });
}

TEST(MultiSimilarity, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree("{}");
  ExpectPairGradientsAgree(R"({"alpha": 3.0, "beta": 5.0, "reduction": "sum"})");
}

TEST(MultiSimilarity, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"alpha": 1000.0, "beta": 1000.0})");  // e^1000 is no float64 either
}

}  // namespace
}  // namespace facet
