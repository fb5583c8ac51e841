// Stage 3 of Parkhi, Vedaldi, Zisserman (BMVC 2015): the images of each name are ranked by how well
// they fit to its first ones, and the worst are removed.
//
// In:  a manifest, and the faces of the images left (kTakesFaces). An image without a face is
//      removed ("no face found").
// 1. Fisher vector faces (Simonyan et al., BMVC 2013; curators/purity/face_descriptors.h) of the grey
//    crops. form = "full" is the paper's: 125 x 160 px, every pixel, five scales, PCA to 64, 512
//    modes: 67,584 numbers, 270 kB and some 0.3 s of one core per face. form = "reduced" has 80 x
//    100 px, every second pixel, four scales, PCA to 48, 128 modes: 12,800 numbers, which principal
//    components of `components_from` drawn faces make 256 of: 1 kB and some milliseconds.
//    The vocabulary is learned from local descriptors drawn over all faces, or is `vocabulary`.
// 2. One linear SVM per identity (curators/purity/ranking.h): its first `positives` images by rank
//    (those of the engine `source` first) against the first of the others. negatives = 0 takes all
//    of them, as the paper; else so many drawn ones and as many hard ones. Scores of the positives
//    are cross-fitted in `folds`; `refinements` leave out the share `left_out` of them that fits
//    worst and train again. The paper has neither: folds = 0, refinements = 0.
// 3. Kept are of each identity the best by score: at most `keep`, at most `keep_share` of its
//    faces, and none below the score that the share `max_strangers` of strangers reaches. The rest
//    is removed ("low score").
//
// Which rule: the paper keeps 1,000 of 2,000, few enough to be pure; where an identity has fewer
// faces than `keep`, that rule keeps all of them. `max_strangers` does not depend on sizes: with a
// share n of wrong people among the faces, at most about n max_strangers of all faces are kept
// wrong ones. It is the share of *wrong* faces that pass, so 0.05 at n = 0.2 leaves a precision of
// about 0.985; smaller is purer, and costs the faces that are hardest to recognise. keep_share =
// 0.5 with max_strangers = 1 is the paper's rule for any size. Of fewer than four people nobody is
// a stranger, and max_strangers removes nothing; a notice says so.
//
// Out: marks, scores of all faces, the snapshot; precision over recall where the truth is known.
// Descriptors and scores are memory-mapped files in the work folder; a killed stage goes on behind
// the last 512 faces or the last 64 identities done. The bits do not depend on the threads.
// Errors: no manifest, fewer than two identities with a face, a vocabulary that is none.
// Example: curation.curator = { use = "purify", max_strangers = 0.02 }
#include "core/api/curator.h"
#include "plugins/curators/purity/stage.h"

namespace {

struct Options : facet::PurityStageOptions {
  void Visit(facet::OptionVisitor& v) {
    v("form", form, facet::OneOf({"reduced", "full"}), "of the descriptors; full is the paper's");
    v("vocabulary", vocabulary, facet::InputFile(),
      "of curators/purity/face_vocabulary.h; empty: learn it");
    v("local_descriptors", local_descriptors, facet::AtLeast(0),
      "that the vocabulary is learned from; 0: a million of the full form, 100,000 of the reduced");
    v("components", components, facet::Range(1, 4096), "reduced: numbers per face");
    v("components_from", components_from, facet::Range(2, 100000),
      "reduced: drawn faces whose principal components they are");
    v("positives", ranking.positives, facet::AtLeast(1),
      "first images of an identity; the paper's");
    v("source", source, facet::Any(), "engine whose images come first; empty: by rank alone");
    v("negatives", ranking.negatives, facet::AtLeast(0), "drawn, and as many hard ones; 0: all");
    v("folds", ranking.folds, facet::AtLeast(0), "of the positives; below 2: scored in sample");
    v("refinements", ranking.refinements, facet::Range(0, 10),
      "rounds without the worst positives");
    v("left_out", ranking.left_out, facet::Range(0, 0.9), "share that a refinement leaves out");
    v("strangers", ranking.strangers, facet::Range(0, 0.5),
      "share of the identities that only tell what strangers score");
    v("c", ranking.svm.c, facet::Above(0), "C of the SVM (curators/purity/linear_svm.h)");
    v("loss", loss, facet::OneOf({"hinge", "squared_hinge"}), "of the SVM");
    v("keep", cut.keep, facet::AtLeast(1), "images of an identity, at most; the paper's 1,000");
    v("keep_share", cut.keep_share, facet::AboveUpTo(0, 1), "of an identity's faces, at most");
    v("max_strangers", cut.max_strangers, facet::AboveUpTo(0, 1),
      "share of strangers that may score as high as what is kept; 1: any");
    v("snapshot", snapshot, facet::Any(), "name of what is left");
  }
};

class PurifyCurator final : public facet::Curator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTakesFaces};
  explicit PurifyCurator(const Options& options) : options_(options) {}

  absl::StatusOr<facet::CurationResult> Curate(const facet::CurationContext& context) override {
    return facet::Purify(context, options_);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, PurifyCurator, Options, "purify",
             "ranks an identity's images by a linear SVM, keeps the best",
             "Parkhi et al. 2015, section 3; Simonyan et al. 2013")
