// Scores of a verification protocol: cross-validation over folds, or a split with a bootstrap.
#ifndef FACET_PLUGINS_EVALUATORS_VERIFICATION_SCORES_H_
#define FACET_PLUGINS_EVALUATORS_VERIFICATION_SCORES_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/roc.h"
#include "plugins/evaluators/sorted_scores.h"

namespace facet {

// What is measured, all in %. `tar` has one value for each FAR that was asked for.
struct VerificationFigures {
  double one_minus_eer = 0.0, accuracy = 0.0, auc = 0.0;
  std::vector<double> tar;
};
// One value of many figures: Column(all, [](const auto& f) { return f.auc; }).
template <class Get>
std::vector<double> Column(const std::vector<VerificationFigures>& figures, Get get) {
  std::vector<double> values;
  values.reserve(figures.size());
  for (const VerificationFigures& each : figures) values.push_back(get(each));
  return values;
}

// The accuracy is that of `threshold`.
VerificationFigures FiguresOf(const SortedScores& scores, double threshold,
                              const std::vector<double>& far);

// All pairs of the protocol, in its order, as fold `fold` sees them.
using CompareFunction = std::function<absl::StatusOr<std::vector<Comparison>>(int64_t fold)>;

struct FoldScores {
  std::vector<VerificationFigures> folds;
  std::vector<double> thresholds;  // of each fold, the best one on the folds that choose it
  VerificationFigures pooled;      // over all pairs; its accuracy is not defined (NaN)
  std::vector<VerificationFigures> pooled_without;  // each fold, likewise
  std::vector<RocPoint> pooled_roc;                 // without collinear points
  std::vector<RocPoint> mean_roc, mean_roc_at_far;
};
// The fold whose pairs alone choose the threshold of `fold` if one is held out for it. A projection
// per fold learns nothing from its people then (core/stages/project/project.h).
inline int64_t ThresholdFold(int64_t fold, int64_t num_folds) { return (fold + 1) % num_folds; }

// one_chooses: it does; else all other folds do.
absl::StatusOr<FoldScores> ScoreFolds(const Protocol& protocol, const CompareFunction& compare,
                                      const std::vector<double>& far, bool one_chooses = false);

struct SplitScores {
  VerificationFigures test;                // of fold 1
  std::vector<VerificationFigures> draws;  // bootstrap over its people
  double threshold = 0.0;                  // the best on fold 0
  std::vector<RocPoint> roc;               // without collinear points
  int64_t num_pairs = 0, num_people = 0;
};
absl::StatusOr<SplitScores> ScoreSplit(const DatasetContents& data, const CompareFunction& compare,
                                       const std::vector<double>& far, int64_t num_draws,
                                       uint64_t seed);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_VERIFICATION_SCORES_H_
