#include "plugins/evaluators/verification_scores.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "core/base/status.h"
#include "plugins/evaluators/person_bootstrap.h"

namespace facet {
namespace {

// Pairs that were decided with several thresholds have no accuracy at one.
VerificationFigures PooledFigures(const std::vector<Comparison>& sorted,
                                  const std::vector<double>& far) {
  VerificationFigures figures = FiguresOf(sorted, 0.0, far);
  figures.accuracy = std::numeric_limits<double>::quiet_NaN();
  return figures;
}

}  // namespace

VerificationFigures FiguresOf(const std::vector<Comparison>& sorted, double threshold,
                              const std::vector<double>& far) {
  const std::vector<RocPoint> roc = RocOf(sorted);
  VerificationFigures figures;
  figures.one_minus_eer = 100.0 * (1.0 - EqualErrorRate(roc));
  figures.accuracy = 100.0 * AccuracyAt(sorted, threshold);
  figures.auc = 100.0 * AreaUnderRoc(roc);
  for (const double each : far) figures.tar.push_back(100.0 * TrueAcceptRate(roc, each));
  return figures;
}

absl::StatusOr<FoldScores> ScoreFolds(const Protocol& protocol, const CompareFunction& compare,
                                      const std::vector<double>& far, bool one_chooses) {
  FoldScores scores;
  std::vector<std::vector<Comparison>> folds;
  std::vector<std::vector<RocPoint>> rocs;
  std::vector<Comparison> pooled;
  for (int64_t fold = 0; fold < protocol.num_folds; ++fold) {
    FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> all, compare(fold));
    std::vector<Comparison> held_out, others;
    for (size_t i = 0; i < all.size(); ++i) {
      const int64_t of_pair = protocol.pairs[i].fold;
      if (of_pair == fold) {
        held_out.push_back(all[i]);
      } else if (!one_chooses || of_pair == ThresholdFold(fold, protocol.num_folds)) {
        others.push_back(all[i]);
      }
    }
    SortByDistance(others);
    SortByDistance(held_out);
    scores.thresholds.push_back(BestThreshold(others));
    scores.folds.push_back(FiguresOf(held_out, scores.thresholds.back(), far));
    pooled.insert(pooled.end(), held_out.begin(), held_out.end());
    rocs.push_back(RocOf(held_out));
    folds.push_back(std::move(held_out));
  }
  SortByDistance(pooled);
  scores.pooled = PooledFigures(pooled, far);
  scores.pooled_roc = RocOf(pooled);
  for (size_t left_out = 0; left_out < folds.size(); ++left_out) {
    pooled.clear();
    for (size_t fold = 0; fold < folds.size(); ++fold) {
      if (fold != left_out) pooled.insert(pooled.end(), folds[fold].begin(), folds[fold].end());
    }
    SortByDistance(pooled);
    scores.pooled_without.push_back(PooledFigures(pooled, far));
  }
  scores.mean_roc = MeanRocOf(folds);
  scores.mean_roc_at_far = MeanRocAtFarOf(rocs);
  return scores;
}

absl::StatusOr<SplitScores> ScoreSplit(const DatasetContents& data, const CompareFunction& compare,
                                       const std::vector<double>& far, int64_t num_draws,
                                       uint64_t seed) {
  const std::vector<Pair>& pairs = data.protocol.pairs;
  FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> all, compare(1));
  std::vector<size_t> order(all.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return all[a].distance < all[b].distance; });
  std::vector<Comparison> tuning, test;
  std::vector<Pair> test_pairs;
  for (const size_t i : order) {
    (pairs[i].fold == 0 ? tuning : test).push_back(all[i]);
    if (pairs[i].fold == 1) test_pairs.push_back(pairs[i]);
  }
  const PeopleOfPairs people = PeopleOf(data, test_pairs);
  SplitScores scores;
  scores.threshold = BestThreshold(tuning);
  scores.test = FiguresOf(test, scores.threshold, far);
  scores.roc = RocOf(test);
  scores.num_pairs = static_cast<int64_t>(test.size());
  scores.num_people = people.num_people;
  FACET_RETURN_IF_ERROR(
      BootstrapPeople(people, num_draws, seed, [&](const std::vector<double>& weights) {
        for (size_t i = 0; i < test.size(); ++i) test[i].weight = weights[i];
        scores.draws.push_back(FiguresOf(test, scores.threshold, far));
      }));
  return scores;
}

}  // namespace facet
