// Verification: are two templates of one person? Distances between descriptors against a threshold.
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
// the threshold alone, and a W' per fold learns from the people of neither.
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
//
// Example:  evaluator = { use = "verification", distance = "cosine" }
#include "plugins/evaluators/verification_evaluation.h"

namespace {

class Verification final : public facet::Evaluator {
 public:
  explicit Verification(const facet::VerificationOptions& options) : options_(options) {}

  absl::StatusOr<facet::Evaluation> Evaluate(const facet::EvaluationInput& input) override {
    return EvaluateVerification(options_, input);
  }

 private:
  const facet::VerificationOptions options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, Verification, facet::VerificationOptions, "verification",
             "Accuracy, 100%-EER and ROC of pairs, with folds or a split",
             "LFW (UMass TR 07-49); EER as in Parkhi et al. 2015, section 5")
