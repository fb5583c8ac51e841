// Against the formula in loops, and numeric gradients of embeddings and boundaries.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

// The hinges' mean over those above 0, and nu times the anchors' boundaries over the same count.
double Formula(const Loops& batch, const std::vector<double>& beta_of_row, double alpha,
               double nu) {
  std::vector<double> hinges;
  double boundaries = 0;
  const auto add = [&](int64_t i, int64_t j, double y) {
    const double beta = beta_of_row[static_cast<size_t>(i)];
    hinges.push_back(std::max(0.0, alpha + y * (batch.Distance(i, j, true) - beta)));
    boundaries += beta;
  };
  for (const auto& [i, j] : batch.positive) add(i, j, 1);
  for (const auto& [i, j] : batch.negative) add(i, j, -1);
  const auto active = static_cast<double>(
      std::count_if(hinges.begin(), hinges.end(), [](double hinge) { return hinge > 0; }));
  return MeanNonZero(hinges) + nu * boundaries / active;
}

TEST(Margin, IsThePapersAtTheStart) {
  ExpectAgreesWithLoops(R"({"beta": 1.0})", [](const Loops& batch) {
    return Formula(batch, std::vector<double>(8, 1.0), 0.2, 0);
  });
  ExpectAgreesWithLoops(
      R"({"beta": 0.75, "alpha": 0.5, "nu": 0.1, "beta_per": "all"})",
      [](const Loops& batch) { return Formula(batch, std::vector<double>(8, 0.75), 0.5, 0.1); });
}

TEST(Margin, UsesTheBoundaryOfTheAnchorsClass) {
  const auto loss = MakePairLoss(R"({"nu": 0.3})");
  SetParameter(*loss, "beta", at::tensor({0.5, 0.9, 1.2, 1.4}, at::kDouble));
  const Tuples pairs = SomePairs(PairLabels());
  EXPECT_NEAR(
      Value(*loss, PairPoints(), Indices(PairLabels()), &pairs),
      Formula(Loops(PairPoints(), pairs), {0.5, 0.5, 0.5, 0.9, 0.9, 1.2, 1.2, 1.4}, 0.2, 0.3),
      1e-13);
}

TEST(Margin, LearnsABoundaryPerClassOrOne) {
  const auto per_class = MakePairLoss("{}");
  ASSERT_EQ(per_class->Parameters().size(), 1u);
  EXPECT_EQ(per_class->Parameters()[0].name, "beta");
  EXPECT_TRUE(at::equal(per_class->Parameters()[0].tensor, at::full({4}, 1.2)));
  EXPECT_EQ(MakePairLoss(R"({"beta_per": "all"})")->Parameters()[0].tensor.numel(), 1);
}

TEST(Margin, GradientsAgreeWithDifferences) {
  for (const char* options : {R"({"nu": 0.3})", R"({"beta_per": "all"})"}) {
    const auto loss = MakePairLoss(options);
    const int64_t count = loss->Parameters()[0].tensor.numel();
    SetParameter(*loss, "beta", at::linspace(0.7, 1.4, count, at::kDouble));
    ExpectGradientsAgree(*loss, PairPoints(), Indices(PairLabels()));
    const Tuples pairs = SomePairs(PairLabels());
    ExpectGradientsAgree(*loss, PairPoints(), Indices(PairLabels()), &pairs);
  }
}

TEST(Margin, HoldsAtTheEdges) {
  ExpectPairLossHolds("{}");
  ExpectPairLossHolds(R"({"beta_per": "all", "nu": 0.1})");
}

TEST(Margin, RefusesWhatDoesNotFit) {
  const auto loss = MakeLoss("{}", 2, 3);
  const auto wrong = loss->Compute({at::zeros({1, 2}), Indices({3}), nullptr});
  EXPECT_THAT(std::string(wrong.status().message()), HasSubstr("label 3 is outside [0, 3)"));
  EXPECT_THAT(Refusal("{}", 2, 0), HasSubstr("at least one identity"));
}

}  // namespace
}  // namespace facet
