// Against the equation in loops, an independent program's values, and numeric gradients.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(GeneralizedLiftedStructure, AgreesWithAnIndependentProgram) {
  ExpectGolden(R"({"normalize": true, "lone_anchors": "keep"})", 1.719939868128, 1.806979413911);
}

// Equation 9, averaged over the anchors with pairs of both kinds, or with `keep` over all rows.
double Equation(const Loops& batch, double m, double positive_margin, bool normalize, bool keep) {
  std::vector<double> terms;
  for (int64_t a = 0; a < batch.size; ++a) {
    double p_sum = 0, n_sum = 0;
    for (const int64_t p : batch.Positives(a)) {
      p_sum += std::exp(batch.Distance(a, p, normalize) - positive_margin);
    }
    for (const int64_t n : batch.Negatives(a)) {
      n_sum += std::exp(m - batch.Distance(a, n, normalize));
    }
    if (!keep && (p_sum == 0 || n_sum == 0)) continue;
    const double p_log = p_sum == 0 ? 0 : std::log(p_sum), n_log = n_sum == 0 ? 0 : std::log(n_sum);
    terms.push_back(std::max(0.0, p_log + n_log));
  }
  return Mean(terms);
}

TEST(GeneralizedLiftedStructure, IsThePapersEquation) {
  ExpectAgreesWithLoops("{}",
                        [](const Loops& batch) { return Equation(batch, 1, 0, false, false); });
  ExpectAgreesWithLoops(R"({"negative_margin": 0.3, "positive_margin": 0.2, "normalize": true})",
                        [](const Loops& batch) { return Equation(batch, 0.3, 0.2, true, false); });
  ExpectAgreesWithLoops(R"({"lone_anchors": "keep"})",
                        [](const Loops& batch) { return Equation(batch, 1, 0, false, true); });
}

TEST(GeneralizedLiftedStructure, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree("{}");
  ExpectPairGradientsAgree(R"({"normalize": true, "lone_anchors": "keep"})");
}

TEST(GeneralizedLiftedStructure, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"normalize": true, "negative_margin": 1000.0})");
}

TEST(GeneralizedLiftedStructure, OneClassCostsNothing) {
  const auto loss = MakePairLoss("{}");
  EXPECT_EQ(ExpectFinite(*loss, PairPoints(), at::zeros({8}, at::kLong)), 0.0);
}

TEST(GeneralizedLiftedStructure, ComparesAnchorsThatLackASide) {
  ExpectComparesAnchors(R"({"lone_anchors": "keep"})", AllPairs(PairLabels()),
                        SomePairs(PairLabels()));
}

}  // namespace
}  // namespace facet
