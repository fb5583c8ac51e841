// Against the formula in loops, an independent program's values, and numeric gradients.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

TEST(NtXent, AgreesWithAnIndependentProgram) { ExpectGolden("{}", 0.581423891095, 0.908457386614); }

TEST(NtXent, IsACrossEntropyPerPositivePair) {
  for (const double t : {0.07, 0.5}) {
    ExpectAgreesWithLoops("{\"temperature\": " + std::to_string(t) + "}", [t](const Loops& batch) {
      std::vector<double> terms;
      for (const auto& [i, j] : batch.positive) {
        const double own = std::exp(batch.Cosine(i, j) / t);
        double sum = own;
        for (const int64_t n : batch.Negatives(i)) sum += std::exp(batch.Cosine(i, n) / t);
        terms.push_back(-std::log(own / sum));
      }
      return Mean(terms);
    });
  }
}

// The paper's equation 1, whose denominator runs over all other images, for its batches: two views
// of each image.
TEST(NtXent, IsThePapersWhereAnImageHasOnePositive) {
  const at::Tensor x = RandomPoints(6, 3, 8);
  const std::vector<int64_t> labels = {0, 0, 1, 1, 2, 2};
  const Loops batch(x, AllPairs(labels));
  double sum = 0;
  for (int64_t i = 0; i < 6; ++i) {
    double all = 0;
    for (int64_t k = 0; k < 6; ++k) all += k == i ? 0 : std::exp(batch.Cosine(i, k) / 0.1);
    sum -= std::log(std::exp(batch.Cosine(i, i ^ 1) / 0.1) / all);
  }
  EXPECT_NEAR(Value(*MakeLoss(R"({"temperature": 0.1})"), x, Indices(labels)), sum / 6, 1e-13);
}

TEST(NtXent, GradientsAgreeWithDifferences) {
  ExpectPairGradientsAgree(R"({"temperature": 0.5})");
  ExpectPairGradientsAgree("{}");
}

TEST(NtXent, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"temperature": 0.001})");  // e^1000 is no float64 either
}

TEST(NtXent, OneClassCostsNothing) {
  EXPECT_EQ(ExpectFinite(*MakePairLoss("{}"), PairPoints(), at::zeros({8}, at::kLong)), 0.0);
}

}  // namespace
}  // namespace facet
