// Whose pairs choose a threshold: against loops over all pairs and thresholds.
#include "plugins/evaluators/verification_scores.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "gtest/gtest.h"
#include "plugins/evaluators/person_bootstrap.h"
#include "plugins/evaluators/verification_evaluation.h"

namespace facet {
namespace {

constexpr int64_t kFolds = 5, kPairs = 24;

// Of each fold as many pairs of both kinds; distances as fold `seen_by` sees them.
struct Trial {
  Protocol protocol;

  Trial() {
    protocol.kind = Protocol::Kind::kFolds;
    protocol.num_folds = kFolds;
    for (int64_t i = 0; i < kFolds * kPairs; ++i) {
      protocol.pairs.push_back({2 * i, 2 * i + 1, i % 2 == 0, i % kFolds});
    }
  }
  double Distance(int64_t seen_by, size_t pair) const {
    Random random(static_cast<uint64_t>(1000 * (seen_by + 1)) + pair);
    return random.Uniform() + (protocol.pairs[pair].genuine ? 0.0 : 0.4);
  }
  CompareFunction Compare() const {
    return [this](int64_t fold) -> absl::StatusOr<std::vector<Comparison>> {
      std::vector<Comparison> all;
      for (size_t i = 0; i < protocol.pairs.size(); ++i) {
        all.push_back({Distance(fold, i), protocol.pairs[i].genuine});
      }
      return all;
    };
  }
};

// Pairs of `of_fold` that a threshold decides rightly as `seen_by` sees them.
int64_t NumRight(const Trial& trial, int64_t seen_by, int64_t of_fold, double threshold) {
  int64_t right = 0;
  for (size_t i = 0; i < trial.protocol.pairs.size(); ++i) {
    const Pair& pair = trial.protocol.pairs[i];
    if (pair.fold != of_fold) continue;
    right += (trial.Distance(seen_by, i) < threshold) == pair.genuine ? 1 : 0;
  }
  return right;
}

// The most that any threshold decides rightly.
int64_t MostRight(const Trial& trial, int64_t seen_by, const std::vector<int64_t>& folds) {
  int64_t most = 0;
  std::vector<double> thresholds = {10.0};
  for (size_t i = 0; i < trial.protocol.pairs.size(); ++i) {
    thresholds.push_back(trial.Distance(seen_by, i));
  }
  for (const double threshold : thresholds) {
    int64_t right = 0;
    for (const int64_t fold : folds) right += NumRight(trial, seen_by, fold, threshold);
    most = std::max(most, right);
  }
  return most;
}

TEST(VerificationScores, AHeldOutFoldChoosesTheThresholdAlone) {
  const Trial trial;
  const FoldScores all = *ScoreFolds(trial.protocol, trial.Compare(), {});
  const FoldScores one = *ScoreFolds(trial.protocol, trial.Compare(), {}, /*one_chooses=*/true);
  for (int64_t fold = 0; fold < kFolds; ++fold) {
    const auto f = static_cast<size_t>(fold);
    // The best of the next fold, under this fold's matrix.
    const int64_t next = fold == kFolds - 1 ? 0 : fold + 1;
    EXPECT_EQ(NumRight(trial, fold, next, one.thresholds[f]), MostRight(trial, fold, {next}));
    // What it is worth on the tested fold.
    EXPECT_NEAR(
        one.folds[f].accuracy,
        100.0 * static_cast<double>(NumRight(trial, fold, fold, one.thresholds[f])) / kPairs, 1e-9);
    // Without it all the others choose, and what needs no threshold is the same.
    std::vector<int64_t> others;
    int64_t right = 0;
    for (int64_t other = 0; other < kFolds; ++other) {
      if (other == fold) continue;
      others.push_back(other);
      right += NumRight(trial, fold, other, all.thresholds[f]);
    }
    EXPECT_EQ(right, MostRight(trial, fold, others));
    EXPECT_EQ(one.folds[f].one_minus_eer, all.folds[f].one_minus_eer);
  }
  EXPECT_NE(one.thresholds, all.thresholds);
}

TEST(VerificationScores, TheOptionHoldsThreeFoldsAndMore) {
  const auto evaluate = [](const std::string& threshold_from, int64_t num_folds,
                           int64_t num_matrices, int64_t changed_fold) {
    DatasetContents data;
    data.protocol.kind = Protocol::Kind::kFolds;
    data.protocol.num_folds = num_folds;
    std::vector<float> values;
    Random random(3);
    for (int64_t i = 0; i < num_folds * 20; ++i) {
      const bool genuine = i / num_folds % 2 == 0;
      data.protocol.pairs.push_back({2 * i, 2 * i + 1, genuine, i % num_folds});
      for (int64_t end = 0; end < 2; ++end) {
        data.samples.push_back({});
        data.samples.back().identity = "p" + std::to_string(genuine ? 2 * i : 2 * i + end);
        data.protocol.templates.push_back({"t", {2 * i + end}});
      }
      const double distance = random.Uniform() + (genuine ? 0.0 : 0.4);
      values.push_back(0.0F);
      values.push_back(static_cast<float>(i % num_folds == changed_fold ? 3 * distance : distance));
    }
    EvaluationInput input;
    input.data = &data;
    input.projected = true;
    const MatrixView view = {static_cast<int64_t>(values.size()), 1, values.data()};
    input.descriptors.assign(static_cast<size_t>(num_matrices), view);
    VerificationOptions options;
    options.threshold_from = threshold_from;
    return EvaluateVerification(options, input);
  };
  const auto threshold_of_one_fold = [&](const std::string& from, int64_t changed) {
    const auto evaluation = evaluate(from, 3, 3, changed);
    EXPECT_TRUE(evaluation.ok()) << evaluation.status();
    for (const Metric& metric : evaluation->metrics) {
      if (metric.name == "threshold") return metric.value;
    }
    return std::nan("");
  };
  // A fold of tripled distances has a threshold three times as high, and is one of three folds that
  // choose for another.
  const double before = threshold_of_one_fold("held_out_fold", -1);
  EXPECT_NEAR(threshold_of_one_fold("held_out_fold", 1), before * 5 / 3, before / 3);
  EXPECT_NE(threshold_of_one_fold("other_folds", -1), before);

  const auto too_few = evaluate("held_out_fold", 2, 2, -1);
  EXPECT_NE(too_few.status().message().find("of 2 folds one is tested and the other teaches"),
            std::string::npos)
      << too_few.status();
  EXPECT_TRUE(evaluate("other_folds", 2, 2, -1).ok());
  // One matrix learns from nobody: the other fold chooses, as it does anyway.
  EXPECT_TRUE(evaluate("held_out_fold", 2, 1, -1).ok());
}

// Draw by draw, from the definitions: copies of pairs, sorted, on the threshold of fold 0.
TEST(ScoreSplit, DrawsHaveTheFiguresOfTheCopiesOfPairs) {
  Random random(4);
  DatasetContents data;
  std::vector<Comparison> all;
  for (int64_t i = 0; i < 60; ++i) {
    Sample sample;
    sample.identity = "person " + std::to_string(random.Index(12));
    data.samples.push_back(sample);
    data.protocol.templates.push_back({"", {i}});
  }
  for (int64_t i = 0; i < 300; ++i) {
    Pair pair;
    pair.first = static_cast<int64_t>(random.Index(60));
    pair.second = static_cast<int64_t>(random.Index(60));
    pair.genuine = i % 2 == 0;
    pair.fold = i % 3 == 0 ? 0 : 1;
    data.protocol.pairs.push_back(pair);
    // Every third distance is tied.
    const double distance = random.Uniform() + (pair.genuine ? 0.0 : 0.3);
    all.push_back({i % 3 == 1 ? std::floor(10 * distance) / 10 : distance, pair.genuine});
  }
  const std::vector<double> far = {0.1, 0.01};
  const auto compare = [&](int64_t) -> absl::StatusOr<std::vector<Comparison>> { return all; };
  std::vector<SplitScores> runs;
  for (const char* const threads : {"1", "3"}) {
    setenv("OMP_NUM_THREADS", threads, 1);
    const auto run = ScoreSplit(data, compare, far, 200, 11);
    ASSERT_TRUE(run.ok()) << run.status();
    runs.push_back(*run);
  }
  unsetenv("OMP_NUM_THREADS");
  std::vector<Comparison> test;
  std::vector<Pair> pairs;
  std::vector<size_t> order(all.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return all[a].distance < all[b].distance; });
  for (const size_t i : order) {
    if (data.protocol.pairs[i].fold == 0) continue;
    test.push_back(all[i]);
    pairs.push_back(data.protocol.pairs[i]);
  }
  size_t draw = 0;
  ASSERT_TRUE(BootstrapPeople(PeopleOf(data, pairs), 200, 11, [&](const std::vector<double>& of) {
                for (size_t i = 0; i < test.size(); ++i) test[i].weight = of[i];
                const std::vector<RocPoint> roc = RocOf(test);
                for (const SplitScores& run : runs) {
                  const VerificationFigures& figures = run.draws[draw];
                  EXPECT_EQ(figures.one_minus_eer, 100.0 * (1.0 - EqualErrorRate(roc)));
                  EXPECT_EQ(figures.auc, 100.0 * AreaUnderRoc(roc));
                  EXPECT_EQ(figures.accuracy, 100.0 * AccuracyAt(test, run.threshold));
                  for (size_t i = 0; i < far.size(); ++i) {
                    EXPECT_EQ(figures.tar[i], 100.0 * TrueAcceptRate(roc, far[i]));
                  }
                }
                ++draw;
              }).ok());
  EXPECT_EQ(draw, runs[0].draws.size());
}

}  // namespace
}  // namespace facet
