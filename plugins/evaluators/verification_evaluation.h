// Verification: are two templates of one person? Distances between descriptors against a threshold.
// What the evaluators `verification` and `template_verification` share.
//
// In:  descriptors [templates, D] (all folds, or one matrix per fold), pairs with folds.
// Out: metrics in %, ROC curves. A pair is accepted if its distance is below the threshold.
//
// kFolds (LFW view 2, YTF): 100%-EER, threshold-free, is the mean of the folds' own values, with
// their standard error (ddof-1 deviation / sqrt(n)); accuracy likewise, the threshold of fold i
// being the best on the other folds (exact search, plugins/evaluators/roc.h).
// 100%-EER over all pairs pooled stands beside it, with a jackknife over the folds. It is not the
// headline, and the first ROC is the folds' mean at equal FAR, because the rows of a table must
// show one statistic: where each fold has a matrix of its own (W' learned per fold) the distances
// of different folds are not on one scale, and pooling mixes them. Replicates, by which rows are
// compared, are the folds' values too.
// One matrix per fold: whatever decides on fold i is measured under matrix i, training pairs
// included, so the threshold never sees the test people.
// kSplit (LFW view 1): threshold from fold 0, figures of fold 1 (under its matrix), standard errors
// from a bootstrap over the people of fold 1, the threshold held fixed.
// threshold_from = "held_out_fold": the fold after the tested one (the first after the last) chooses
// the threshold alone, and a W' per fold learns from the people of neither: those that all other
// folds choose are of people whom W' has seen, nearer together than those it is tested on. Of a
// split, fold 0 chooses in any case.
// TAR is given at the FARs of `far` that the impostor pairs which a figure is computed from can
// show (measurable_rates.h): pooled, all folds', with the spread of the folds' own values as error;
// of a split, fold 1's. Others are left out with a notice; where a fold alone cannot show one, its
// error over folds is not known.
//
// Distances: l2, or cosine (1 - cos). The paper compares l2-normalised descriptors and does not
// normalise again what W' projects; `normalize = "descriptors"` does the same.
// Errors: InvalidArgument for a protocol without pairs of both kinds in each fold, for a `far` of
// which none can be shown (the default: left out), for matrices that do not fit the protocol, for
// descriptors that are not finite or cannot be normalised; FailedPrecondition for too few people to
// resample.
#ifndef FACET_PLUGINS_EVALUATORS_VERIFICATION_EVALUATION_H_
#define FACET_PLUGINS_EVALUATORS_VERIFICATION_EVALUATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/pair_distances.h"

namespace facet {

struct VerificationOptions {
  std::string distance = "l2";
  std::string normalize = "descriptors";
  std::string headline = "100%-EER";
  std::string threshold_from = "other_folds";
  std::vector<double> far = {0.01};
  int64_t draws = 1000;
  bool scores = false;
  void Visit(OptionVisitor& v) {
    v("distance", distance, OneOf({"l2", "cosine"}), "between two templates; paper: l2");
    v("normalize", normalize, OneOf({"descriptors", "all", "none"}),
      "l2-normalise the network's descriptors (paper), learned projections as well, or nothing");
    v("headline", headline, OneOf({"100%-EER", "accuracy"}),
      "the figure that heads the table, and by which rows are compared");
    v("threshold_from", threshold_from, OneOf({"other_folds", "held_out_fold"}),
      "whose pairs choose a fold's threshold: all other folds' (LFW's rule, paper), or those of "
      "the "
      "next fold, from whose people no W' learns then: three folds at least");
    v("far", far, AboveUpTo(0, 1), "false accept rates at which the true one is given [1]");
    v("draws", draws, Range(100, 100000), "of the bootstrap over people, without folds");
    v("scores", scores, Any(), kScoresDoc);
  }
};

absl::StatusOr<Evaluation> EvaluateVerification(const VerificationOptions& options,
                                                const EvaluationInput& input);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_VERIFICATION_EVALUATION_H_
