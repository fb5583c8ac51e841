// The paper's fourth stage: of images that are copies of one photograph, one stays.
//
// In: a manifest. Person by person:
//   1. exact duplicates: the same bytes (SHA-256), then the same pixels when decoded
//   2. near duplicates: a VLAD of the whole image (dense SIFT every 4 px at five scales of an image
//      of size_px^2 pixels, RootSIFT, whitening PCA, signed root, each word's part normalised);
//      pairs with an l2 distance below `threshold` whose pixels also agree when they are laid over
//      each other (curators/duplicates/photograph_alignment.h)
// Pairs are linked to clusters: `single` link, or `complete`, which needs every pair of a cluster
// and so makes no chains. Of a cluster the image of the best rank stays (then the larger, then the
// smaller id); the others are removed as "exact duplicate" or "near duplicate", with the image that
// stays and the distance. An image that cannot be read is flagged "unreadable" and stays: it is no
// copy as far as anyone knows, and the stages after this one pass over it. scope = "collection"
// also flags (not removes) those left that have the pixels of another person's image: "exact
// duplicate under another name".
//
// threshold = 0: from the collection. Copies are made of up to people x 16 images drawn, and
// compared with their originals; pairs of images of one person are the other side. The threshold is
// the largest with at most `max_false` of those pairs below it. True copies among them would drag
// it down, so that pairs whose pixels agree do not count. With check = "pixels" the threshold only
// proposes pairs: a larger share finds more and takes longer (0.01: crops that 0.001 misses). With
// check = "none" (the paper's: VLAD alone) it decides, and an identity of N images has N^2/2 pairs:
// take 1e-5 or less.
//
// The vocabulary is read from `vocabulary`, or learned here from images drawn.
// Metrics: exact and near duplicates removed, and where the truth is known "duplicates found" and
// "distinct removed" [%] (curators/duplicates/truth.h). Descriptors of one person are in memory at a
// time (4 words pca_dimension bytes an image). A killed search goes on with the next person.
// Source: Parkhi, Vedaldi, Zisserman, BMVC 2015, section 3; Arandjelovic, Zisserman, CVPR 2013. The
// paper gives neither threshold nor vocabulary; the check of pixels is facet's own.
// Errors: a vocabulary that is none; nothing to learn from.
// Example: curation.curator = { use = "deduplicate" }
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/curator.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "plugins/curators/duplicates/stage.h"
#include "plugins/curators/stage/run.h"

namespace {

using facet::CurationContext;
using facet::CurationResult;
using facet::CurationRun;
using facet::Json;

struct Options {
  facet::DuplicateStageOptions stage;
  std::string check = "pixels", linkage = "single", scope = "identity", snapshot = "deduplicate";
  int64_t words = 256, pca_dimension = 100, size_px = 128;

  void Visit(facet::OptionVisitor& v) {
    v("threshold", stage.search.threshold, facet::Range(0, 2),
      "of the l2 distance between VLADs; 0: calibrated on the collection");
    v("max_false", stage.max_false, facet::Range(0, 0.5),
      "share of distinct pairs of one person below a calibrated threshold");
    v("check", check, facet::OneOf({"pixels", "none"}),
      "pixels: pairs below the threshold must agree when laid over each other");
    v("min_agreement", stage.search.min_agreement, facet::Range(0, 1),
      "median correlation of blocks that makes two images copies");
    v("linkage", linkage, facet::OneOf({"single", "complete"}), "what makes a cluster");
    v("scope", scope, facet::OneOf({"identity", "collection"}),
      "collection: flag equal images of different people too");
    v("vocabulary", stage.vocabulary, facet::InputFile(), "a VLAD vocabulary; empty: learned here");
    v("words", words, facet::Range(1, 4096), "words that are learned; VLFeat's recipe");
    v("pca_dimension", pca_dimension, facet::Range(1, 128), "of whitened SIFT; VLFeat's recipe");
    v("size_px", size_px, facet::Range(64, 512), "images are scaled to its square of pixels");
    v("people", stage.people, facet::Range(1, 1e5), "drawn for vocabulary and threshold");
    v("snapshot", snapshot, facet::Any(), "name of the snapshot");
  }
};

class Deduplicate final : public facet::Curator {
 public:
  explicit Deduplicate(const Options& options) : options_(options) {
    options_.stage.search.side_px = static_cast<int>(options_.size_px);
    options_.stage.search.check_pixels = options_.check == "pixels";
    options_.stage.search.linkage =
        options_.linkage == "single" ? facet::Linkage::kSingle : facet::Linkage::kComplete;
    options_.stage.learned.num_words = static_cast<int>(options_.words);
    options_.stage.learned.pca_dimension = static_cast<int>(options_.pca_dimension);
    options_.stage.across_people = options_.scope == "collection";
  }

  absl::StatusOr<CurationResult> Curate(const CurationContext& context) override {
    const std::string settings = facet::Dump(Settings());
    FACET_ASSIGN_OR_RETURN(const auto run, CurationRun::Start(context, "deduplicate", settings));
    FACET_ASSIGN_OR_RETURN(const std::string input, facet::Sha256File(context.manifest));
    facet::DuplicateStage stage(
        context, options_.stage, run.get(),
        facet::Sha256Hex(absl::StrCat(settings, " ", input, " ", context.seed)));
    FACET_RETURN_IF_ERROR(stage.Run());
    FACET_ASSIGN_OR_RETURN(CurationResult result,
                           run->Finish(options_.snapshot, stage.Statistics()));
    FACET_RETURN_IF_ERROR(stage.Describe(&result));
    return result;
  }

 private:
  Json Settings() const {
    const facet::DuplicateStageOptions& stage = options_.stage;
    return {{"threshold", stage.search.threshold},
            {"max_false", stage.max_false},
            {"check", options_.check},
            {"min_agreement", stage.search.min_agreement},
            {"linkage", options_.linkage},
            {"scope", options_.scope},
            {"words", options_.words},
            {"pca_dimension", options_.pca_dimension},
            {"size_px", options_.size_px},
            {"people", stage.people}};
  }

  Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Curator, Deduplicate, Options, "deduplicate",
             "removes exact and near duplicates; one of each cluster stays",
             "Parkhi, Vedaldi, Zisserman, BMVC 2015, section 3")
