// People whose first images are not all of one person, found without anybody looking at them: the
// automatic alternative that the paper names for its sheets of images. The distances between a
// person's faces have one mode; those of a mixture two.
//
// In:  a manifest whose people have images, and the faces of the images left. Of each person the
//      first `images` by the engines' rank are looked at, a file that several queries found once;
//      those without a face are passed over. Faces are described as `purify` does (Fisher vectors,
//      options `form` ... `components_from`), and compared in the `discriminants` directions in
//      which the names differ most, for which there must be more people than directions
//      (curators/purity/name_discriminants.h): without, a person's light and pose hide the modes.
// Out: people whose distances have more than one mode by Hartigan's dip test are removed with all
//      their images, reason "several modes". `distances` = "faces": each face's distances to the
//      others are a sample, and more than `max_split` of them must have several modes; "pairs": one
//      test of all (curators/purity/unimodality.h). People with fewer than `min_faces` faces are
//      not tested, and stay. The snapshot `snapshot`.
// Metrics: people unimodal, multimodal, not tested; where the truth is known what they were, pure
//      from `min_purity` on: "verdicts right", "impure people found", "pure people lost" [%], and
//      "separation" [%], how often an impure person has a larger share of split faces (pairs: a
//      larger dip) than a pure one.
// Errors: no manifest; nobody with `min_faces` faces; a vocabulary that is none.
// Source: Parkhi, Vedaldi, Zisserman, BMVC 2015, section 3, stage 1; Hartigan, Hartigan 1985;
//      Kalogeratos, Likas 2012.
// Example: curation.curator = { use = "unimodal", images = 200 }
#include "core/api/curator.h"
#include "plugins/curators/purity/unimodal_stage.h"

namespace {

struct Options : facet::UnimodalStageOptions {
  void Visit(facet::OptionVisitor& v) {
    v("images", images, facet::AtLeast(4), "of a person, by rank; the paper's 200");
    v("min_faces", min_faces, facet::AtLeast(4), "who has fewer is not tested");
    v("distances", distances, facet::OneOf({"faces", "pairs"}), "what is one sample of the test");
    v("discriminants", discriminants, facet::Range(0, 1000),
      "directions that tell names apart best, in which faces are compared; 0: descriptors as such");
    v("alpha", rule.alpha, facet::Range(0, 1), "largest p-value that tells of several modes");
    v("max_split", rule.max_split, facet::Range(0, 1), "faces: share of them that may tell so");
    v("draws", draws, facet::Range(10, 1e6), "uniform samples that p-values are shares of");
    v("min_purity", min_purity, facet::Range(0, 1), "of pure people, to measure against the truth");
    v("form", form, facet::OneOf({"reduced", "full"}), "of the descriptors, as in purify");
    v("vocabulary", vocabulary, facet::InputFile(), "of the descriptors; empty: learn it");
    v("local_descriptors", local_descriptors, facet::AtLeast(0),
      "that the vocabulary is learned from; 0: a million of the full form, 100,000 of the reduced");
    v("components", components, facet::Range(1, 4096), "reduced: numbers per face");
    v("components_from", components_from, facet::Range(2, 100000),
      "reduced: drawn faces whose principal components they are");
    v("snapshot", snapshot, facet::Any(), "name of the snapshot of who is left");
  }
};

class Unimodal final : public facet::Curator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTakesFaces};
  explicit Unimodal(const Options& options) : options_(options) {}

  absl::StatusOr<facet::CurationResult> Curate(const facet::CurationContext& context) override {
    return facet::RemoveMultimodal(context, options_);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, Unimodal, Options, "unimodal",
             "removes people whose faces' distances have several modes",
             "Parkhi et al. 2015, section 3; Hartigan, Hartigan 1985")
