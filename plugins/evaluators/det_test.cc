// Against brute force over all thresholds, and the DET line of normally distributed scores.
#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "plugins/evaluators/evaluator_testing.h"

namespace facet {
namespace {

using ::testing::HasSubstr;

constexpr char kPlain[] = R"({"normalize": false, "far": [0.1, 0.5], "target_prior": 0.2,
                              "cost_miss": 2.0})";

struct Rates {
  double far, frr;
};

// At every threshold between two distances, by counting.
std::vector<Rates> NaiveRates(const Scene& scene) {
  std::vector<double> distances = {-1};
  for (const Pair& pair : scene.data.protocol.pairs) {
    distances.push_back(scene.values[static_cast<size_t>(2 * pair.second + 1)]);
  }
  std::vector<Rates> all;
  for (const double threshold : distances) {
    double genuine = 0, impostor = 0, rejected = 0, accepted = 0;
    for (const Pair& pair : scene.data.protocol.pairs) {
      const bool below = scene.values[static_cast<size_t>(2 * pair.second + 1)] <= threshold;
      (pair.genuine ? genuine : impostor) += 1;
      if (pair.genuine && !below) rejected += 1;
      if (!pair.genuine && below) accepted += 1;
    }
    all.push_back({accepted / impostor, rejected / genuine});
  }
  return all;
}

TEST(Det, AgreesWithBruteForce) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    Scene scene(Protocol::Kind::kFolds, 2);
    for (int i = 0; i < 60; ++i) {
      scene.AddPair(i % 2, i % 3 == 0, (i % 3 == 0 ? 1.0 : 1.5) + random.Uniform());
    }
    const auto evaluation = MakeEvaluator(kPlain)->Evaluate(scene.Input());
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    double cost = 1, frr[2] = {1, 1};
    for (const Rates& rates : NaiveRates(scene)) {
      // C_miss P = 0.4, C_accept (1 - P) = 0.8; the better of rejecting and accepting all costs
      // 0.4.
      cost = std::min(cost, (0.4 * rates.frr + 0.8 * rates.far) / 0.4);
      if (rates.far <= 0.1) frr[0] = std::min(frr[0], rates.frr);
      if (rates.far <= 0.5) frr[1] = std::min(frr[1], rates.frr);
    }
    EXPECT_NEAR(MetricNamed(*evaluation, "minimum detection cost").value, cost, 1e-12);
    EXPECT_NEAR(MetricNamed(*evaluation, "FRR at FAR 10 %").value, 100 * frr[0], 1e-9);
    EXPECT_NEAR(MetricNamed(*evaluation, "FRR at FAR 50 %").value, 100 * frr[1], 1e-9);
    EXPECT_EQ(evaluation->metrics[0].name, "EER");
  }
}

// NIST's plans: C_miss, C_accept and P as its evaluation plans of 2008 and 2010 give them; R's
// package DET has those of 2008 as its defaults. The cost by counting at every threshold.
TEST(Det, CostsAreThoseOfThePlan) {
  Random random(11);
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int i = 0; i < 900; ++i) {
    const bool genuine = i % 9 == 0;
    scene.AddPair(i % 2, genuine, (genuine ? 5.0 : 6.5) + 0.5 * random.Normal());
  }
  struct Plan {
    const char* options;
    double miss, accept, prior;
  };
  std::set<double> values;
  for (const Plan& plan : {Plan{"", 10, 1, 0.01},
                           {R"(, "plan": "sre08")", 10, 1, 0.01},
                           {R"(, "plan": "sre10")", 1, 1, 0.001},
                           {R"(, "plan": "sre10", "cost_miss": 30)", 30, 1, 0.001},
                           {R"(, "target_prior": 0.3, "cost_accept": 4)", 10, 4, 0.3}}) {
    SCOPED_TRACE(plan.options);
    const double reject_all = plan.miss * plan.prior, accept_all = plan.accept * (1 - plan.prior);
    double least = std::min(reject_all, accept_all);
    for (const Rates& rates : NaiveRates(scene)) {
      least = std::min(
          least, plan.miss * plan.prior * rates.frr + plan.accept * (1 - plan.prior) * rates.far);
    }
    const auto evaluation =
        MakeEvaluator(std::string(R"({"normalize": false, "far": [0.1])") + plan.options + "}")
            ->Evaluate(scene.Input());
    ASSERT_TRUE(evaluation.ok()) << evaluation.status();
    const double value = MetricNamed(*evaluation, "minimum detection cost").value;
    EXPECT_NEAR(value, least / std::min(reject_all, accept_all), 1e-12);
    EXPECT_LT(value, 1);
    values.insert(value);
  }
  EXPECT_GE(values.size(), 3U) << "plans differ on this scene";
}

// Distances N(0, 1) and N(2, 1): EER = Phi(-1) = 15.87 %, and deviates on the line y = -x - 2 +
// ...: FAR = Phi(t - 2), FRR = Phi(-t), so y = -(x + 2).
TEST(Det, NormalScoresGiveAStraightLine) {
  Random random(3);
  Scene scene(Protocol::Kind::kSplit, 2);
  for (int i = 0; i < 6000; ++i) {
    const bool genuine = i % 2 == 0;
    scene.AddPair(i < 100 ? 0 : 1, genuine, 10 + (genuine ? 0 : 2) + random.Normal());
  }
  const auto evaluation =
      MakeEvaluator(R"({"normalize": false, "draws": 100})")->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  const Metric& eer = MetricNamed(*evaluation, "EER");
  EXPECT_NEAR(eer.value, 15.87, 4 * eer.standard_error);
  // A binomial rate of 3,000 pairs: sqrt(.16 * .84 / 3000) = 0.7 %; two of them share in the EER.
  EXPECT_GT(eer.standard_error, 0.2);
  EXPECT_LT(eer.standard_error, 1.0);
  EXPECT_EQ(eer.count, 5900);
  const Curve& curve = evaluation->curves[0];
  int middle = 0;
  for (size_t i = 0; i < curve.x.size(); ++i) {
    if (std::abs(curve.x[i] + 1) > 0.5) continue;  // many pairs on both sides
    EXPECT_NEAR(curve.y[i], -(curve.x[i] + 2), 0.15);
    ++middle;
  }
  EXPECT_GT(middle, 100);
}

// Two folds of 8 and 12 impostors, under one matrix and under one each.
TEST(Det, FarsThatTheImpostorsCannotShowAreLeftOut) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int i = 0; i < 20; ++i) scene.AddPair(i < 8 ? 0 : 1, false, 2 + i / 30.);
  for (int i = 0; i < 10; ++i) scene.AddPair(i % 2, true, 1 + i / 5.);
  EvaluationInput input = scene.Input();
  const auto evaluator = MakeEvaluator(R"({"normalize": false, "far": [0.001, 0.06, 0.2]})");
  const auto one = evaluator->Evaluate(input);
  ASSERT_TRUE(one.ok()) << one.status();
  ASSERT_EQ(one->metrics.size(), 4U);
  EXPECT_LT(MetricNamed(*one, "FRR at FAR 6 %").standard_error, 0);
  EXPECT_GE(MetricNamed(*one, "FRR at FAR 20 %").standard_error, 0);
  EXPECT_THAT(one->notices,
              testing::ElementsAre(
                  HasSubstr("FAR 0.001 needs at least 1000 impostor pairs, there are 20: left out"),
                  HasSubstr("one has 8 impostor pairs")));
  input.descriptors.push_back(input.descriptors[0]);  // the mean of the folds' figures
  const auto each = evaluator->Evaluate(input);
  ASSERT_TRUE(each.ok()) << each.status();
  EXPECT_EQ(each->metrics.size(), 3U);
  EXPECT_THAT(each->notices[1],
              HasSubstr("FAR 0.06 needs at least 17 impostor pairs, there are 8"));
  const auto none = MakeEvaluator(R"({"far": [0.1]})")->Evaluate(input);
  EXPECT_THAT(
      std::string(none.status().message()),
      HasSubstr("8 impostor pairs cannot show FAR 0.1 or less; give far of 0.13 (1 / 8) or"));
}

}  // namespace
}  // namespace facet
