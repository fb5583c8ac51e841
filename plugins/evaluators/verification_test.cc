#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const facet::PluginDescriptor* facet_plugin_descriptor();

namespace facet {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

std::unique_ptr<Evaluator> Make(const std::string& options) {
  auto made = facet_plugin_descriptor()->components[0].create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return std::unique_ptr<Evaluator>(static_cast<Evaluator*>(made->release()));
}

// Pairs of given distances: each pair has two templates of its own with descriptors (0, 0) and
// (0, distance), each template one sample.
struct Scene {
  DatasetContents data;
  std::vector<float> values;

  explicit Scene(Protocol::Kind kind, int64_t num_folds = 0) {
    data.protocol.kind = kind;
    data.protocol.name = "hand-made";
    data.protocol.num_folds = num_folds;
  }
  int64_t AddTemplate(const std::string& identity, float x, float y) {
    const auto index = static_cast<int64_t>(data.protocol.templates.size());
    Sample sample;
    sample.key = sample.identity = identity;
    data.samples.push_back(sample);
    data.protocol.templates.push_back({"template " + std::to_string(index), {index}});
    values.insert(values.end(), {x, y});
    return index;
  }
  void Add(int64_t fold, bool genuine, double distance) {
    const std::string number = std::to_string(data.samples.size());
    const int64_t first = AddTemplate("a" + number, 0.0F, 0.0F);
    const int64_t second =
        AddTemplate((genuine ? "a" : "b") + number, 0.0F, static_cast<float>(distance));
    data.protocol.pairs.push_back({first, second, genuine, fold});
  }
  MatrixView View() const { return {static_cast<int64_t>(values.size()) / 2, 2, values.data()}; }
  EvaluationInput Input() const {
    EvaluationInput input;
    input.data = &data;
    input.descriptors = {View()};
    input.seed = 1;
    return input;
  }
};

Metric MetricOf(const Evaluation& evaluation, const std::string& name) {
  for (const Metric& metric : evaluation.metrics) {
    if (metric.name == name) return metric;
  }
  ADD_FAILURE() << "no metric " << name;
  return {};
}

constexpr char kPlain[] = R"({"normalize": "none"})";

// Option `scores`: every pair's distance under every matrix, in the protocol's order, and nothing
// else changes.
TEST(VerificationTest, ScoresAreTheDistancesOfAllPairs) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (const auto& [fold, genuine, distance] : std::vector<std::tuple<int, bool, double>>{
           {1, false, 4}, {0, true, 1}, {0, false, 3}, {1, true, 2}}) {
    scene.Add(fold, genuine, distance);
  }
  const auto plain = Make(kPlain)->Evaluate(scene.Input());
  const auto scored = Make(R"({"normalize": "none", "scores": true})")->Evaluate(scene.Input());
  ASSERT_TRUE(plain.ok() && scored.ok()) << scored.status();
  ASSERT_EQ(scored->curves.size(), plain->curves.size() + 1);
  const Curve& one = scored->curves.back();
  EXPECT_EQ(one.name, "pair distances");
  EXPECT_EQ(one.x, (std::vector<double>{4, 1, 3, 2}));
  EXPECT_EQ(one.y, (std::vector<double>{0, 1, 0, 1}));
  EXPECT_EQ(scored->metrics[0].value, plain->metrics[0].value);

  std::vector<float> doubled = scene.values;
  for (float& value : doubled) value *= 2;
  EvaluationInput input = scene.Input();
  input.descriptors.push_back({input.descriptors[0].rows, 2, doubled.data()});
  const auto both = Make(R"({"normalize": "none", "scores": true})")->Evaluate(input);
  ASSERT_TRUE(both.ok()) << both.status();
  const Curve& second = both->curves.back();
  EXPECT_EQ(both->curves[both->curves.size() - 2].name, "pair distances, fold 0");
  EXPECT_EQ(second.name, "pair distances, fold 1");
  EXPECT_EQ(second.x, (std::vector<double>{8, 2, 6, 4}));
}

// Fold accuracies .985 .99 .9883 .9917 .9867 .99 .9883 .9933 .99 .9917 of 600 pairs each; mean and
// standard error by LFW's definition (ddof 1): .9895 and .00078768.
TEST(VerificationTest, AccuracyAndStandardErrorOfLfwsDefinition) {
  Scene scene(Protocol::Kind::kFolds, 10);
  const int right[] = {591, 594, 593, 595, 592, 594, 593, 596, 594, 595};
  for (int64_t fold = 0; fold < 10; ++fold) {
    for (int i = 0; i < 600; ++i) {
      const bool genuine = i % 2 == 0, correct = i < right[fold];
      scene.Add(fold, genuine, genuine == correct ? 0.25 : 1.0);
    }
  }
  const auto evaluation = Make(kPlain)->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  const Metric accuracy = MetricOf(*evaluation, "accuracy");
  EXPECT_NEAR(accuracy.value, 98.95, 1e-9);
  EXPECT_NEAR(accuracy.standard_error, .078768, 1e-4);  // the paper's p are rounded to 4 digits
  EXPECT_EQ(accuracy.count, 6000);
  EXPECT_EQ(accuracy.unit, "%");
  EXPECT_NEAR(MetricOf(*evaluation, "threshold").value, 0.625, 1e-9);
}

// The same by brute force from the definitions, on random distances with many ties.
double NaiveAccuracy(const Scene& scene, int64_t fold) {
  struct Item {
    double distance;
    bool genuine;
  };
  std::vector<Item> others, held_out;
  std::set<double> distances;
  for (const Pair& pair : scene.data.protocol.pairs) {
    const double distance = scene.values[static_cast<size_t>(2 * pair.second + 1)];
    (pair.fold == fold ? held_out : others).push_back({distance, pair.genuine});
    if (pair.fold != fold) distances.insert(distance);
  }
  const auto right = [](const std::vector<Item>& items, double threshold) {
    int count = 0;
    for (const Item& item : items) count += (item.distance < threshold) == item.genuine ? 1 : 0;
    return count;
  };
  const std::vector<double> d(distances.begin(), distances.end());
  int best = std::max(right(others, d.front()), right(others, d.back() + 1));
  for (size_t k = 1; k < d.size(); ++k) {
    best = std::max(best, right(others, (d[k - 1] + d[k]) / 2));
  }
  double low = 0, high = -1;
  for (size_t i = 0; i + 1 < d.size(); ++i) {
    for (size_t j = i + 1; j < d.size(); ++j) {
      bool all_best = true;
      for (size_t k = i; k < j; ++k) {
        all_best = all_best && right(others, (d[k] + d[k + 1]) / 2) == best;
      }
      if (all_best && d[j] - d[i] > high - low) {
        low = d[i];
        high = d[j];
      }
    }
  }
  EXPECT_GE(high, low) << "the data was meant to have an inner best threshold";
  return static_cast<double>(right(held_out, (low + high) / 2)) /
         static_cast<double>(held_out.size());
}

TEST(VerificationTest, FoldsAgreeWithBruteForceOnTies) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    Scene scene(Protocol::Kind::kFolds, 4);
    for (int64_t fold = 0; fold < 4; ++fold) {
      for (int i = 0; i < 20 + 5 * static_cast<int>(fold); ++i) {
        const bool genuine = i % 2 == 0;
        scene.Add(fold, genuine, (genuine ? 0.0 : 0.25) + static_cast<double>(random.Index(9)) / 8);
      }
    }
    double mean = 0;
    for (int64_t fold = 0; fold < 4; ++fold) mean += NaiveAccuracy(scene, fold) / 4;
    const auto evaluation = Make(kPlain)->Evaluate(scene.Input());
    ASSERT_TRUE(evaluation.ok());
    EXPECT_NEAR(MetricOf(*evaluation, "accuracy").value, 100 * mean, 1e-9) << seed;
  }
}

TEST(VerificationTest, EqualDistancesHaveAnEqualErrorRateOfOneHalf) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    for (const bool genuine : {true, false, true, false}) scene.Add(fold, genuine, 0.5);
  }
  const auto evaluation = Make(kPlain)->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok());
  EXPECT_DOUBLE_EQ(evaluation->metrics[0].value, 50.0);
  EXPECT_DOUBLE_EQ(MetricOf(*evaluation, "accuracy").value, 50.0);
  EXPECT_DOUBLE_EQ(MetricOf(*evaluation, "AUC, pooled").value, 50.0);
}

// Folds with EERs 0 and 1/3 whose pooled EER is neither's mean.
TEST(VerificationTest, PooledAndMeanOfFoldsAreNamedApart) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (const double d : {1., 2., 3.}) scene.Add(0, true, d);
  for (const double d : {4., 5., 6.}) scene.Add(0, false, d);
  for (const double d : {.1, .2, .4}) scene.Add(1, true, d);  // scores of the known answer, negated
  for (const double d : {.3, .6, .9}) scene.Add(1, false, d);
  const auto evaluation = Make(kPlain)->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok());
  EXPECT_EQ(evaluation->metrics[0].name, "100%-EER, mean of folds");
  EXPECT_NEAR(evaluation->metrics[0].value, 100 * (1 + 2. / 3) / 2, 1e-9);
  // Deviation of (100, 66.7) with ddof 1 is 23.57; / sqrt(2).
  EXPECT_NEAR(evaluation->metrics[0].standard_error, 50. / 3, 1e-9);
  // Pooled: genuine .1 .2 .4 1 2 3, impostor .3 .6 .9 4 5 6: at 3 of 6 rejected, 3 of 6 accepted.
  const Metric pooled = MetricOf(*evaluation, "100%-EER, pooled");
  EXPECT_NEAR(pooled.value, 50.0, 1e-9);
  // Without fold 0 it is 66.7, without fold 1 100: sqrt(1/2 * 2 * 16.7^2).
  EXPECT_NEAR(pooled.standard_error, 50. / 3, 1e-9);
  EXPECT_EQ(pooled.error_kind, "jackknife over 2 folds");
  ASSERT_EQ(evaluation->replicates.size(), 2U);
  EXPECT_NEAR(evaluation->replicates[1], 200. / 3, 1e-9);
  EXPECT_EQ(evaluation->replicate_kind, "fold");
}

TEST(VerificationTest, OneMatrixPerFoldIsScoredOnItsOwnScale) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    for (const double d : {1., 2., 3.}) scene.Add(fold, true, d);
    for (const double d : {4., 5., 6.}) scene.Add(fold, false, d);
  }
  std::vector<float> scaled = scene.values;
  for (float& value : scaled) value *= 10.0F;
  EvaluationInput input = scene.Input();
  input.descriptors.push_back({scene.View().rows, 2, scaled.data()});
  input.projected = true;
  const auto evaluation = Make("{}")->Evaluate(input);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->metrics[0].name, "100%-EER, mean of folds");
  EXPECT_DOUBLE_EQ(evaluation->metrics[0].value, 100.0);
  EXPECT_DOUBLE_EQ(MetricOf(*evaluation, "accuracy").value, 100.0);
  EXPECT_DOUBLE_EQ(MetricOf(*evaluation, "threshold").value, (3.5 + 35) / 2);
  // Pooled, fold 1's genuine pairs (10 to 30) lie above all impostors of fold 0: EER 1/2.
  EXPECT_DOUBLE_EQ(MetricOf(*evaluation, "100%-EER, pooled").value, 50.0);
  EXPECT_THAT(evaluation->notices.back(), HasSubstr("mix the scales"));
  // Both folds are separated, so is their mean; the pooled curve is not.
  ASSERT_EQ(evaluation->curves[0].name, "ROC, mean of folds at one FAR");
  EXPECT_EQ(evaluation->curves[0].x, (std::vector<double>{0, 0, 1}));
  EXPECT_EQ(evaluation->curves[0].y, (std::vector<double>{0, 1, 1}));
}

TEST(VerificationTest, DistancesAndNormalisation) {
  // Two templates at 60 degrees, of lengths 1 and 3: l2 of the directions 1, of the vectors
  // sqrt(1 + 9 - 3) = 2.6458, cosine distance 0.5. One at 90 degrees as impostor.
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    const int64_t a = scene.AddTemplate("a", 1.0F, 0.0F);
    const int64_t b = scene.AddTemplate("a", 1.5F, 1.5F * std::sqrt(3.0F));
    const int64_t c = scene.AddTemplate("c", 0.0F, 4.0F);
    scene.data.protocol.pairs.push_back({a, b, true, fold});
    scene.data.protocol.pairs.push_back({a, c, false, fold});
  }
  const auto threshold = [&](const std::string& options, bool projected) {
    EvaluationInput input = scene.Input();
    input.projected = projected;
    const auto evaluation = Make(options)->Evaluate(input);
    return evaluation.ok() ? MetricOf(*evaluation, "threshold").value : -1.0;
  };
  const double directions = (1 + std::sqrt(2.)) / 2;
  const double vectors = (std::sqrt(7.) + std::sqrt(17.)) / 2;
  EXPECT_NEAR(threshold("{}", false), directions, 1e-6);
  EXPECT_NEAR(threshold("{}", true), vectors, 1e-6);
  EXPECT_NEAR(threshold(R"({"normalize": "all"})", true), directions, 1e-6);
  EXPECT_NEAR(threshold(kPlain, false), vectors, 1e-6);
  EXPECT_NEAR(threshold(R"({"distance": "cosine"})", false), 0.75, 1e-6);
}

Scene SplitScene(int pairs_per_class) {
  Random random(4);
  Scene scene(Protocol::Kind::kSplit);
  for (const int64_t fold : {0, 1}) {
    for (int i = 0; i < pairs_per_class; ++i) {
      scene.Add(fold, true, random.Uniform());
      scene.Add(fold, false, 0.4 + random.Uniform());
    }
  }
  return scene;
}

TEST(VerificationTest, SplitTunesOnFoldZeroAndReportsFoldOne) {
  Scene scene(Protocol::Kind::kSplit);
  for (const double d : {1., 2.}) scene.Add(0, true, d);
  for (const double d : {4., 5.}) scene.Add(0, false, d);  // threshold 3
  for (const double d : {1., 1., 2., 4.}) scene.Add(1, true, d);
  for (const double d : {2., 5., 6., 7.}) scene.Add(1, false, d);
  const auto evaluation = Make(kPlain)->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->metrics[0].name, "100%-EER");
  EXPECT_DOUBLE_EQ(evaluation->metrics[0].value, 75.0);
  EXPECT_DOUBLE_EQ(MetricOf(*evaluation, "accuracy").value, 75.0);
  EXPECT_EQ(evaluation->metrics[0].count, 8);
  EXPECT_GT(evaluation->metrics[0].standard_error, 0.0);
  EXPECT_THAT(evaluation->metrics[0].error_kind, HasSubstr("bootstrap over 12 people"));
  EXPECT_EQ(evaluation->replicate_kind, "bootstrap");
  EXPECT_EQ(evaluation->replicates.size(), 1000U);
  EXPECT_THAT(evaluation->notices.back(), HasSubstr("threshold, 3,"));
}

// A permutation test's ground truth is out of reach for an EER; the accuracy of independent pairs
// has the binomial error sqrt(p (1 - p) / n). Impostor pairs of two people who occur once are
// weighted by a product of two counts, which makes the bootstrap conservative: their part of the
// variance grows about threefold.
TEST(VerificationTest, BootstrapErrorIsOfTheBinomialsSize) {
  const Scene scene = SplitScene(200);
  const auto evaluation = Make(kPlain)->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok());
  const Metric accuracy = MetricOf(*evaluation, "accuracy");
  const double p = accuracy.value / 100, binomial = 100 * std::sqrt(p * (1 - p) / 400);
  EXPECT_GT(accuracy.standard_error, 0.9 * binomial);
  EXPECT_LT(accuracy.standard_error, 2.0 * binomial);
}

TEST(VerificationTest, SplitIsReproducibleFromItsSeed) {
  const Scene scene = SplitScene(20);
  EvaluationInput input = scene.Input();
  const auto first = Make(kPlain)->Evaluate(input), second = Make(kPlain)->Evaluate(input);
  input.seed = 2;
  const auto other = Make(kPlain)->Evaluate(input);
  ASSERT_TRUE(first.ok() && second.ok() && other.ok());
  EXPECT_EQ(first->replicates, second->replicates);
  EXPECT_NE(first->replicates, other->replicates);
  EXPECT_EQ(first->metrics[0].value, other->metrics[0].value);
}

std::string ErrorOf(const EvaluationInput& input, const std::string& options = "{}") {
  const auto evaluation = Make(options)->Evaluate(input);
  EXPECT_EQ(evaluation.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(evaluation.status().message());
}

TEST(VerificationTest, AdviceOnFoldsIsOnlyWhatHelps) {
  const char kBoth[] = "Give each fold pairs of both kinds";
  for (const bool genuine : {false, true}) {
    Scene scene(Protocol::Kind::kFolds, 3);
    for (const int64_t fold : {0, 1, 2}) scene.Add(fold, genuine, 1);
    EXPECT_EQ(ErrorOf(scene.Input()),
              genuine ? "hand-made has no impostor pair at all: no error rate can be computed. Add "
                        "impostor pairs"
                      : "hand-made has no genuine pair at all: no error rate can be computed. Add "
                        "genuine pairs");
    scene.Add(1, !genuine, 1);
    EXPECT_THAT(ErrorOf(scene.Input()), EndsWith(absl::StrCat(kBoth, ", or make fewer folds")));
  }
  Scene two(Protocol::Kind::kFolds, 2);
  two.Add(0, true, 1);
  two.Add(1, false, 1);
  EXPECT_THAT(ErrorOf(two.Input()), EndsWith(kBoth));
  two.data.protocol.kind = Protocol::Kind::kSplit;
  EXPECT_THAT(ErrorOf(two.Input()), EndsWith(kBoth));
}

TEST(VerificationTest, BadInputIsAnErrorThatNamesIt) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    scene.Add(fold, true, 1);
    if (fold == 0) scene.Add(fold, false, 2);
  }
  EXPECT_THAT(ErrorOf(scene.Input()), HasSubstr("fold 1 of hand-made has no impostor pair"));
  scene.Add(1, false, 2);
  EXPECT_THAT(ErrorOf(scene.Input()),
              HasSubstr("4 of 8 templates are zero and have no direction, the first is that"));
  scene.values[5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(ErrorOf(scene.Input(), kPlain), HasSubstr("1 of 8 templates are not finite, "));
  EvaluationInput short_input = scene.Input();
  short_input.descriptors[0].rows -= 1;
  EXPECT_THAT(ErrorOf(short_input), HasSubstr("7 x 2 for 8 templates"));
  EvaluationInput many = scene.Input();
  many.descriptors.resize(3, scene.View());
  EXPECT_THAT(ErrorOf(many), HasSubstr("3 matrices for 2 folds"));
  scene.data.protocol.pairs[0].fold = 2;
  EXPECT_THAT(ErrorOf(scene.Input()), HasSubstr("of fold 2 is not one of"));
  scene.data.protocol.kind = Protocol::Kind::kNone;
  EXPECT_THAT(ErrorOf(scene.Input()), HasSubstr("is it a training set?"));
}

TEST(VerificationTest, AccuracyCanBeTheHeadline) {
  Scene scene(Protocol::Kind::kFolds, 2);
  for (int64_t fold = 0; fold < 2; ++fold) {
    for (const double d : {1., 2., 5.}) scene.Add(fold, true, d);
    for (const double d : {fold == 0 ? 4. : 1.5, 6., 7.}) scene.Add(fold, false, d);
  }
  const auto evaluation =
      Make(R"({"normalize": "none", "headline": "accuracy"})")->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok());
  const auto other = Make(kPlain)->Evaluate(scene.Input());
  EXPECT_EQ(evaluation->metrics[0].name, "accuracy");
  EXPECT_EQ(evaluation->metrics[0].value, MetricOf(*other, "accuracy").value);
  EXPECT_EQ(evaluation->metrics.size(), other->metrics.size());
  ASSERT_EQ(evaluation->replicates.size(), 2U);
  EXPECT_NEAR((evaluation->replicates[0] + evaluation->replicates[1]) / 2,
              evaluation->metrics[0].value, 1e-9);
}

// 3 folds of 10 impostor pairs: all 30 show 1 / 30, one fold alone shows 1 / 10.
TEST(Verification, FarsThatTheImpostorsCannotShowAreLeftOut) {
  Scene scene(Protocol::Kind::kFolds, 3);
  Random random(4);
  for (int64_t fold = 0; fold < 3; ++fold) {
    for (int i = 0; i < 20; ++i) scene.Add(fold, i % 2 == 0, i % 2 + 2 * random.Uniform());
  }
  const auto evaluate = [&](const std::string& options) {
    return Make(options)->Evaluate(scene.Input());
  };
  const auto names = [](const Evaluation& evaluation) {
    std::set<std::string> all;
    for (const Metric& metric : evaluation.metrics) {
      if (metric.name.find("TAR") == 0) all.insert(metric.name);
    }
    return all;
  };
  const auto defaults = evaluate(R"({"normalize": "none"})");  // FAR 1 %
  ASSERT_TRUE(defaults.ok()) << defaults.status();
  EXPECT_TRUE(names(*defaults).empty());
  EXPECT_THAT(
      defaults->notices,
      testing::Contains("FAR 0.01 needs at least 100 impostor pairs, there are 30: left out"));
  const auto asked = evaluate(R"({"normalize": "none", "far": [0.000001, 0.04, 0.1]})");
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_EQ(names(*asked),
            (std::set<std::string>{"TAR at FAR 4 %, pooled", "TAR at FAR 10 %, pooled"}));
  for (const Metric& metric : asked->metrics) {
    EXPECT_EQ(metric.standard_error < 0, metric.name == "TAR at FAR 4 %, pooled") << metric.name;
  }
  EXPECT_THAT(asked->notices, testing::Contains(HasSubstr("one has 10 impostor pairs")));
  EXPECT_THAT(std::string(evaluate(R"({"far": [0.000001]})").status().message()),
              HasSubstr("30 impostor pairs cannot show FAR 1e-06 or less"));
}

TEST(Verification, OfASplitTheImpostorsOfItsTestPartCount) {
  Scene scene(Protocol::Kind::kSplit);
  for (int i = 0; i < 200; ++i) scene.Add(0, i % 2 == 0, i % 2 + 1.0 + i / 500.);
  for (int i = 0; i < 40; ++i) scene.Add(1, i % 2 == 0, i % 2 + 1.0 + i / 50.);
  const auto evaluation =
      Make(R"({"normalize": "none", "far": [0.01, 0.05]})")->Evaluate(scene.Input());
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(evaluation->notices[0],
              HasSubstr("FAR 0.01 needs at least 100 impostor pairs, there are 20: left out"));
  EXPECT_EQ(evaluation->metrics.back().name, "TAR at FAR 5 %");
}

}  // namespace
}  // namespace facet
