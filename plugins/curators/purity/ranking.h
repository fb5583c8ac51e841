// How well each image of an identity fits to its first ones: one linear SVM per identity (Parkhi,
// Vedaldi, Zisserman, BMVC 2015, section 3, stage 3).
//
// Positive samples are the identity's first images, negative ones the first images of all others,
// or a part of them: a drawn subset that all identities share, then in a second round also those
// of the rest that violate the margin, hardest first (Felzenszwalb et al., TPAMI 2010).
//
// A positive sample is itself to be ranked, and an SVM in hundreds of dimensions fits wrong ones
// among them, too. With `folds` > 1 its score is therefore that of an SVM which has not seen it
// (the positives are dealt to the folds in turn). A round of refinement leaves out the positives
// that rank lowest by such scores, and trains anew.
//
// What a score is worth is read off strangers: the first faces of some identities that are nobody's
// negative samples. The share of them that score as high is what a face's score comes with.
#ifndef FACET_PLUGINS_CURATORS_PURITY_RANKING_H_
#define FACET_PLUGINS_CURATORS_PURITY_RANKING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "plugins/curators/purity/linear_svm.h"
#include "plugins/curators/purity/row_store.h"

namespace facet {

struct PurityOptions {
  int64_t positives = 50;    // the paper's
  int64_t negatives = 4000;  // drawn ones, and as many hard ones; 0: all, as in the paper
  int64_t folds = 5;         // below 2: positives are scored by the SVM that they trained
  int64_t refinements = 1;
  double left_out = 0.3;   // share of the positives that a refinement leaves out
  double strangers = 0.1;  // share of the identities that are nobody's negatives: NumStrangers()
  LinearSvmOptions svm = {SvmLoss::kHinge, 3.0};
};

struct PurityScore {
  float score = 0.0F;      // the SVM's, larger is better
  float strangers = 0.0F;  // share of the strangers that score as high or higher; 0 of none
};

class PurityRanking {
 public:
  // How many identities are strangers: two at least, none where fewer than two would be left, or
  // where the share is 0.
  static int64_t NumStrangers(int64_t num_identities, double share);

  // Rows `begins[g] .. begins[g + 1] - 1` of `rows` are identity g's, in the order of its list;
  // every identity has at least one, and `rows` is complete. It must outlive this object.
  // InvalidArgument: fewer than two identities, senseless options.
  static absl::StatusOr<PurityRanking> Create(const RowStore& rows, std::vector<int64_t> begins,
                                              const PurityOptions& options);

  int64_t num_identities() const { return static_cast<int64_t>(begins_.size()) - 1; }
  // Of the identity's rows in order; larger is better. Any thread; the bits depend on nothing but
  // rows, options and processor.
  absl::StatusOr<std::vector<PurityScore>> Scores(int64_t identity) const;

 private:
  using Rows = std::vector<int64_t>;
  struct Training {
    int64_t identity;
    Rows positives, negatives;
  };
  PurityRanking(const RowStore& rows, std::vector<int64_t> begins, const PurityOptions& options);
  bool IsOf(int64_t row, int64_t identity) const {
    return row >= begins_[static_cast<size_t>(identity)] &&
           row < begins_[static_cast<size_t>(identity) + 1];
  }
  void ChooseSamples();
  Rows FirstOf(int64_t identity) const;
  Rows WithoutOwn(const Rows& rows, int64_t identity) const;
  absl::StatusOr<LinearSvm> Train(const Training& training) const;
  absl::Status AddHardNegatives(Training* training) const;
  // Of `rows`, by one SVM.
  std::vector<PurityScore> ScoresBy(const LinearSvm& svm, int64_t identity, const Rows& rows) const;
  // Of all rows of the identity, none by an SVM that was trained on it.
  absl::StatusOr<std::vector<PurityScore>> CrossFitted(const Training& training) const;

  const RowStore* rows_;
  std::vector<int64_t> begins_;
  PurityOptions options_;
  Rows pool_;       // first rows of all identities but strangers
  Rows shared_;     // drawn from them
  Rows strangers_;  // first rows of the others
};

}  // namespace facet

#endif  // FACET_PLUGINS_CURATORS_PURITY_RANKING_H_
