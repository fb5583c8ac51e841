// That rows of one table show one statistic, whatever their projections.
#include "plugins/evaluators/verification_evaluation.h"

#include <cmath>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"

namespace facet {
namespace {

// Pairs of random distances: impostors are farther apart on average.
struct RandomPairs {
  DatasetContents data;
  std::vector<float> values;

  RandomPairs(int64_t num_folds, int pairs_of_fold) {
    Random random(5);
    data.protocol.kind = Protocol::Kind::kFolds;
    data.protocol.name = "random";
    data.protocol.num_folds = num_folds;
    for (int64_t fold = 0; fold < num_folds; ++fold) {
      for (int i = 0; i < pairs_of_fold; ++i) {
        const bool genuine = i % 2 == 0;
        const int64_t first = AddTemplate(0.0);
        const int64_t second = AddTemplate((genuine ? 1.0 : 2.0) + 2.0 * random.Uniform());
        data.protocol.pairs.push_back({first, second, genuine, fold});
      }
    }
  }
  int64_t AddTemplate(double value) {
    const auto index = static_cast<int64_t>(data.protocol.templates.size());
    Sample sample;
    sample.key = sample.identity = std::to_string(index);
    data.samples.push_back(sample);
    data.protocol.templates.push_back({sample.key, {index}});
    values.push_back(static_cast<float>(value));
    return index;
  }
  EvaluationInput Input(size_t matrices) const {
    EvaluationInput input;
    input.data = &data;
    input.descriptors.assign(matrices, {static_cast<int64_t>(values.size()), 1, values.data()});
    return input;
  }
};

// Equal matrices for all folds: every figure, its error, the replicates and the first curve are those
// of a single matrix, in the same order.
TEST(VerificationEvaluationTest, TheHeadlineIsOneStatisticWhateverTheProjections) {
  const RandomPairs pairs(3, 200);
  for (const char* headline : {"100%-EER", "accuracy"}) {
    VerificationOptions options;
    options.normalize = "none";
    options.headline = headline;
    const auto one = EvaluateVerification(options, pairs.Input(1));
    const auto per_fold = EvaluateVerification(options, pairs.Input(3));
    ASSERT_TRUE(one.ok() && per_fold.ok()) << one.status() << per_fold.status();
    ASSERT_EQ(one->metrics.size(), per_fold->metrics.size());
    for (size_t i = 0; i < one->metrics.size(); ++i) {
      EXPECT_EQ(one->metrics[i].name, per_fold->metrics[i].name);
      EXPECT_EQ(one->metrics[i].value, per_fold->metrics[i].value);
      EXPECT_EQ(one->metrics[i].standard_error, per_fold->metrics[i].standard_error);
    }
    EXPECT_EQ(one->replicates, per_fold->replicates);
    EXPECT_EQ(one->curves[0].name, "ROC, mean of folds at one FAR");
    EXPECT_EQ(one->curves[0].name, per_fold->curves[0].name);
    EXPECT_EQ(one->curves[0].y, per_fold->curves[0].y);
    // Rows are compared by the headline's own values: their mean is the headline.
    double mean = 0.0;
    for (const double replicate : one->replicates) mean += replicate / 3.0;
    EXPECT_NEAR(mean, one->metrics[0].value, 1e-9);
    EXPECT_EQ(one->metrics[0].name.substr(0, 8), headline);
    // What pooling mixes is said where it mixes something.
    EXPECT_EQ(per_fold->notices.size(), one->notices.size() + 1);
  }
}

// Delete-one-fold jackknife of the pooled figure, computed anew from protocols that lack a fold.
TEST(VerificationEvaluationTest, ThePooledFiguresErrorIsTheJackknifeOverFolds) {
  const RandomPairs pairs(4, 60);
  VerificationOptions options;
  options.normalize = "none";
  const auto pooled = [&](const EvaluationInput& input) {
    const auto evaluation = EvaluateVerification(options, input);
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    return evaluation->metrics[1];
  };
  std::vector<double> without;
  double mean = 0.0;
  for (int64_t left_out = 0; left_out < 4; ++left_out) {
    RandomPairs fewer = pairs;
    fewer.data.protocol.num_folds = 3;
    fewer.data.protocol.pairs.clear();
    for (Pair pair : pairs.data.protocol.pairs) {
      if (pair.fold == left_out) continue;
      if (pair.fold > left_out) --pair.fold;
      fewer.data.protocol.pairs.push_back(pair);
    }
    without.push_back(pooled(fewer.Input(1)).value);
    mean += without.back() / 4.0;
  }
  double squares = 0.0;
  for (const double value : without) squares += (value - mean) * (value - mean);
  const Metric metric = pooled(pairs.Input(1));
  EXPECT_EQ(metric.name, "100%-EER, pooled");
  EXPECT_EQ(metric.error_kind, "jackknife over 4 folds");
  EXPECT_NEAR(metric.standard_error, std::sqrt(3.0 / 4.0 * squares), 1e-9);
  EXPECT_GT(metric.standard_error, 0.0);
}

}  // namespace
}  // namespace facet
