// Against the formula in loops, numeric gradients in float64, and numbers that an independent
// program computed in float64 from the same formula: all 12 triplets of fixture S, averaged over
// the positive terms.
#include <cmath>

#include "plugins/losses/pair_loss_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

struct Golden {
  const char* options;
  double mean_of_positive_terms;
  int64_t num_positive;
};

class TripletGolden : public testing::TestWithParam<Golden> {};

TEST_P(TripletGolden, AgreesWithAnIndependentProgram) {
  const std::string options = std::string("{\"normalize\": true, ") + GetParam().options + "}";
  const Tuples tuples = AllTriplets(FixtureLabels());
  ASSERT_EQ(tuples.anchors.numel(), 12);
  for (const Tuples* given : {&tuples, static_cast<const Tuples*>(nullptr)}) {
    const auto groups = MakeLoss(options)->Compute({FixtureS(), Indices(FixtureLabels()), given});
    ASSERT_TRUE(groups.ok()) << groups.status();
    const at::Tensor elements = (*groups)[0].elements;
    EXPECT_EQ(elements.numel(), 12);
    EXPECT_EQ(elements.gt(0).sum().item<int64_t>(), GetParam().num_positive);
    const double mean =
        elements.sum().item<double>() / static_cast<double>(GetParam().num_positive);
    EXPECT_NEAR(mean, GetParam().mean_of_positive_terms,
                GoldenTolerance(GetParam().mean_of_positive_terms));
  }
}

INSTANTIATE_TEST_SUITE_P(
    S, TripletGolden,
    testing::Values(Golden{R"("margin": 0.05, "distance": "l2")", 0.068467612073, 3},
                    Golden{R"("margin": 0.05, "distance": "squared_l2")", 0.046392581356, 4},
                    Golden{R"("margin": 0.2, "distance": "l2")", 0.164933270898, 5},
                    Golden{R"("margin": 0.2, "distance": "squared_l2")", 0.144185060934, 8}));

// Fixture U has ties: three triplets with d(a, p) = d(a, n), whose terms are the margin.
TEST(Triplet, AgreesOnTies) {
  const auto loss = MakeLoss(R"({"margin": 0.05, "distance": "l2", "reduction": "mean_nonzero"})");
  EXPECT_NEAR(Value(*loss, FixtureU(), Indices(FixtureLabels())), 0.05, GoldenTolerance(0.05));
}

struct Form {
  const char* distance;
  bool normalize, swap, smooth;
};

class TripletForm : public testing::TestWithParam<Form> {
 protected:
  static std::string Options() {
    const auto text = [](bool value) { return std::string(value ? "true" : "false"); };
    return std::string("{\"margin\": 0.7, \"reduction\": \"sum\", \"distance\": \"") +
           GetParam().distance + "\", \"normalize\": " + text(GetParam().normalize) +
           ", \"swap\": " + text(GetParam().swap) + ", \"smooth\": " + text(GetParam().smooth) +
           "}";
  }
};

TEST_P(TripletForm, IsTheFormula) {
  const auto loss = MakePairLoss(Options());
  const at::Tensor x = PairPoints(), labels = Indices(PairLabels());
  const Loops batch(x, AllPairs(PairLabels()));
  const auto d = [&](int64_t i, int64_t j) {
    const double distance = batch.Distance(i, j, GetParam().normalize);
    return std::string(GetParam().distance) == "l2" ? distance : distance * distance;
  };
  const Tuples tuples = AllTriplets(PairLabels());
  double sum = 0;
  for (int64_t t = 0; t < tuples.anchors.numel(); ++t) {
    const auto a = tuples.anchors[t].item<int64_t>(), p = tuples.positives[t].item<int64_t>(),
               n = tuples.negatives[t].item<int64_t>();
    const double to_negative = GetParam().swap ? std::min(d(a, n), d(p, n)) : d(a, n);
    const double excess = d(a, p) - to_negative + 0.7;
    sum += GetParam().smooth ? std::log1p(std::exp(excess)) : std::max(0.0, excess);
  }
  EXPECT_NEAR(Value(*loss, x, labels, &tuples), sum, 1e-12 * sum);
  EXPECT_NEAR(Value(*loss, x, labels), sum, 1e-12 * sum) << "every triplet of the batch";
}

TEST_P(TripletForm, GradientAgreesWithDifferences) {
  const auto loss = MakePairLoss(Options());
  ExpectGradientsAgree(*loss, PairPoints(), Indices(PairLabels()));
  const Tuples tuples = AllTriplets(PairLabels());
  ExpectGradientsAgree(*loss, PairPoints(), Indices(PairLabels()), &tuples);
}

TEST_P(TripletForm, HoldsAtTheEdges) {
  const auto loss = MakePairLoss(Options());
  const at::Tensor labels = Indices(PairLabels());
  const Tuples tuples = AllTriplets(PairLabels()), none = AllTriplets({});
  ExpectTypesAgree(*loss, PairPoints(), labels);
  ExpectTypesAgree(*loss, PairPoints(), labels, &tuples);
  ExpectSurvivesDegenerateInput(*loss, kPairDimension);
  ExpectSurvivesDegenerateInput(*loss, kPairDimension, &AllTriplets);
  ExpectEmptyBatchCostsNothing(*loss, kPairDimension);
  ExpectEmptyBatchCostsNothing(*loss, kPairDimension, &none);
  EXPECT_EQ(ExpectFinite(*loss, PairPoints(), labels, &none), 0.0);
  EXPECT_EQ(ExpectFinite(*loss, PairPoints(), at::arange(8, at::kLong)), 0.0) << "no positive";
  EXPECT_EQ(ExpectFinite(*loss, PairPoints(), at::zeros({8}, at::kLong)), 0.0) << "no negative";
}

INSTANTIATE_TEST_SUITE_P(
    All, TripletForm,
    testing::Values(Form{"squared_l2", false, false, false}, Form{"l2", false, false, false},
                    Form{"l2", true, false, false}, Form{"squared_l2", false, true, false},
                    Form{"l2", false, true, true}, Form{"squared_l2", true, false, true}));

TEST(Triplet, ATripletGivenTwiceCountsTwice) {
  Tuples tuples = AllTriplets(PairLabels());
  const auto loss = MakePairLoss(R"({"reduction": "sum"})");
  const double once = Value(*loss, PairPoints(), Indices(PairLabels()), &tuples);
  for (at::Tensor* column : {&tuples.anchors, &tuples.positives, &tuples.negatives}) {
    *column = at::cat({*column, *column});
  }
  EXPECT_NEAR(Value(*loss, PairPoints(), Indices(PairLabels()), &tuples), 2 * once, 1e-12 * once);
}

TEST(Triplet, NamesItsReduction) {
  const auto reduction = [&](const std::string& options) {
    return (*MakeLoss(options)->Compute({at::ones({3, 2}), Indices({0, 0, 1}), nullptr}))[0]
        .reduction;
  };
  EXPECT_EQ(reduction("{}"), Reduction::kMean);
  EXPECT_EQ(reduction(R"({"reduction": "sum"})"), Reduction::kSum);
  EXPECT_EQ(reduction(R"({"reduction": "mean_nonzero"})"), Reduction::kMeanNonZero);
}

TEST(Triplet, NeedsNoMinerAndRefusesPairs) {
  const auto loss = MakeLoss();
  EXPECT_EQ(loss->takes(), TupleKind::kTriplets);
  EXPECT_FALSE(loss->needs_miner());
  const Tuples pairs = AllPairs(FixtureLabels());
  const auto groups = loss->Compute({FixtureU(), Indices(FixtureLabels()), &pairs});
  EXPECT_THAT(std::string(groups.status().message()), HasSubstr("it was given pairs"));
}

TEST_P(TripletForm, ComparesAnchors) {
  const Tuples all = AllTriplets(PairLabels());
  Tuples some = all;  // every third
  const at::Tensor rows = at::arange(0, all.anchors.numel(), 3, at::kLong);
  for (at::Tensor* const column : {&some.anchors, &some.positives, &some.negatives}) {
    *column = column->index_select(0, rows);
  }
  ExpectComparesAnchors(Options(), all, some);
}

}  // namespace
}  // namespace facet
