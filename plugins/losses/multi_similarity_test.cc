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

// Few pairs of a large batch are computed apart from the rest.
TEST(MultiSimilarity, OfFewPairsIsThatOfTheirRows) {
  const auto loss = MakeLoss();
  const at::Tensor x = at::randn({40, 6}, at::detail::createCPUGenerator(3), at::kDouble);
  Tuples tuples, of_rows;
  tuples.kind = of_rows.kind = TupleKind::kPairs;
  tuples.positive_first = Indices({30, 7});
  tuples.positive_second = Indices({7, 30});
  tuples.negative_first = Indices({30, 30, 12});
  tuples.negative_second = Indices({3, 39, 30});
  // The same of rows 3, 7, 12, 30 and 39 alone.
  of_rows.positive_first = Indices({3, 1});
  of_rows.positive_second = Indices({1, 3});
  of_rows.negative_first = Indices({3, 3, 2});
  of_rows.negative_second = Indices({0, 4, 3});
  const at::Tensor rows = Indices({3, 7, 12, 30, 39});
  const at::Tensor all = x.clone().set_requires_grad(true);
  const at::Tensor few = x.index_select(0, rows).set_requires_grad(true);
  const auto groups = loss->Compute({all, at::arange(40), &tuples});
  const auto groups_of_rows = loss->Compute({few, at::arange(5), &of_rows});
  ASSERT_TRUE(groups.ok() && groups_of_rows.ok());
  const at::Tensor &elements = (*groups)[0].elements, &expected = (*groups_of_rows)[0].elements;
  EXPECT_EQ(elements.numel(), 40);
  EXPECT_TRUE(at::allclose(elements.index_select(0, rows), expected, 1e-13, 0));
  EXPECT_NEAR(elements.sum().item<double>(), expected.sum().item<double>(), 1e-13);
  elements.sum().backward();
  expected.sum().backward();
  EXPECT_TRUE(at::allclose(all.grad().index_select(0, rows), few.grad(), 1e-12, 1e-15));
  EXPECT_NEAR(all.grad().abs().sum().item<double>(), few.grad().abs().sum().item<double>(), 1e-12);
}

TEST(MultiSimilarity, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"alpha": 1000.0, "beta": 1000.0})");  // e^1000 is no float64 either
}

}  // namespace
}  // namespace facet
