// Against the formula in loops, an independent program's values, and numeric gradients.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(Contrastive, AgreesWithAnIndependentProgram) {
  ExpectGolden(R"({"squared": false, "normalize": true, "reduction": "mean_nonzero"})",
               0.722844093564, 0.636421878476);
}

// Equation 4; each kind of pair averaged by itself.
double Paper(const Loops& batch, double m) {
  std::vector<double> p, n;
  for (const auto& [i, j] : batch.positive)
    p.push_back(0.5 * std::pow(batch.Distance(i, j, false), 2));
  for (const auto& [i, j] : batch.negative) {
    n.push_back(0.5 * std::pow(std::max(0.0, m - batch.Distance(i, j, false)), 2));
  }
  return Mean(p) + Mean(n);
}

TEST(Contrastive, IsThePapersEquation) {
  ExpectAgreesWithLoops("{}", [](const Loops& batch) { return Paper(batch, 1); });
  ExpectAgreesWithLoops(R"({"negative_margin": 2.5})",
                        [](const Loops& batch) { return Paper(batch, 2.5); });
}

TEST(Contrastive, TakesCosinesAndMargins) {
  ExpectAgreesWithLoops(
      R"({"distance": "cosine", "squared": false, "positive_margin": 0.2, "negative_margin": 0.7,
          "reduction": "mean_nonzero"})",
      [](const Loops& batch) {
        std::vector<double> p, n;
        // pytorch-metric-learning's margins on similarities: 1 - 0.2 and 1 - 0.7.
        for (const auto& [i, j] : batch.positive)
          p.push_back(std::max(0.0, 0.8 - batch.Cosine(i, j)));
        for (const auto& [i, j] : batch.negative)
          n.push_back(std::max(0.0, batch.Cosine(i, j) - 0.3));
        return MeanNonZero(p) + MeanNonZero(n);
      });
}

TEST(Contrastive, SumsOverPairs) {
  ExpectAgreesWithLoops(R"({"reduction": "sum", "squared": false, "normalize": true})",
                        [](const Loops& batch) {
                          double sum = 0;
                          for (const auto& [i, j] : batch.positive)
                            sum += batch.Distance(i, j, true);
                          for (const auto& [i, j] : batch.negative) {
                            sum += std::max(0.0, 1 - batch.Distance(i, j, true));
                          }
                          return sum;
                        });
}

TEST(Contrastive, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree(R"({"negative_margin": 2.5})");
  ExpectPairGradientsAgree(
      R"({"normalize": true, "squared": false, "positive_margin": 0.1,
          "reduction": "mean_nonzero"})");
  ExpectPairGradientsAgree(R"({"distance": "cosine"})");
}

TEST(Contrastive, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"normalize": true, "squared": false})");
  ExpectPairLossHolds(R"({"distance": "cosine"})");
}

TEST(Contrastive, OnePositiveAndOneNegativePairCount) {
  const auto loss = MakeLoss();
  Tuples tuples;
  tuples.kind = TupleKind::kPairs;
  tuples.positive_first = tuples.negative_first = Indices({0});
  tuples.positive_second = Indices({1});
  tuples.negative_second = Indices({2});
  const at::Tensor x = at::tensor({0.0, 0.6, 0.2}, at::kDouble).unsqueeze(1);
  EXPECT_NEAR(Value(*loss, x, Indices({0, 0, 1}), &tuples), 0.5 * 0.36 + 0.5 * 0.64, 1e-15);
}

// The trainer tells a batch whose pairs cost nothing from one without pairs.
TEST(Contrastive, PairsThatCostNothingAreThere) {
  const auto loss = MakeLoss(R"({"reduction": "sum"})");
  const at::Tensor x = at::tensor({0.0, 0.0, 9.0}, at::kDouble).unsqueeze(1);
  for (const auto& [labels, positives] : std::vector<std::pair<at::Tensor, int64_t>>{
           {Indices({0, 0, 1}), 1}, {Indices({0, 2, 1}), 0}}) {
    const auto groups = loss->Compute({x, labels, nullptr});
    ASSERT_TRUE(groups.ok());
    EXPECT_EQ((*groups)[0].elements.numel(), positives);
    EXPECT_EQ((*groups)[1].elements.numel(), positives == 1 ? 1 : 2);  // two 0 apart
  }
}

}  // namespace
}  // namespace facet
