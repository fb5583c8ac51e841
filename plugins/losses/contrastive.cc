// Contrastive loss, Hadsell et al., CVPR 2006, equation 4: a positive pair at distance d costs
// d^2 / 2, a negative pair max(0, m - d)^2 / 2.
//
// In:  embeddings [N, D]; pairs, or without a miner every pair of the batch.
// Out: two groups, one element per ordered pair: "positive" max(0, d - positive_margin) and
//      "negative" max(0, negative_margin - d), each squared and halved (paper) or as it is. Where
//      zeros do not count (reduction "sum", "mean_nonzero") they are left out, but for one if all
//      pairs of a group cost nothing.
// d is the l2 distance of the embeddings as they are (paper) or normalised, or 1 - cos: with
// cosines the margins on similarities are 1 minus these. The paper sums over a list of pairs; here
// each group is averaged by itself, because a batch has many more negative pairs than positive
// ones. pytorch-metric-learning's form: squared = false, normalize = true, reduction =
// "mean_nonzero".
// A pair given twice counts once; a group without a pair is empty.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "contrastive", negative_margin = 1.0 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/distance_hinges.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double positive_margin = 0.0;
  double negative_margin = 1.0;
  std::string distance = "l2";
  bool normalize = false;
  bool squared = true;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("positive_margin", positive_margin, facet::AtLeast(0),
      "distance up to which a positive pair costs nothing; 0: paper");
    v("negative_margin", negative_margin, facet::AtLeast(0),
      "m, distance from which a negative pair costs nothing; 1: pytorch-metric-learning");
    v("distance", distance, facet::OneOf({"l2", "cosine"}), "l2: paper; cosine: 1 - cos");
    v("normalize", normalize, facet::Any(), "l2: embeddings are normalised first; false: paper");
    v("squared", squared, facet::Any(), "half of the squared hinges (paper), or the hinges");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over each group's pairs; sum: paper");
  }
};

class Contrastive final : public facet::PairLoss {
 public:
  explicit Contrastive(const Options& options)
      : PairLoss(options.normalize || options.distance == "cosine"), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const facet::Reduction reduction = facet::ReductionNamed(options_.reduction);
    // Where all pairs of a batch are taken, most cost nothing.
    const auto hinges =
        reduction == facet::Reduction::kMean ? &facet::HingesOf : &facet::CostlyHingesOf;
    const std::vector<facet::PairTerm> terms = {
        hinges(batch.positive, 1, options_.positive_margin, options_.squared),
        hinges(batch.negative, -1, options_.negative_margin, options_.squared)};
    const std::vector<at::Tensor> costs =
        options_.distance == "cosine" ? facet::TakeTerms(1 - facet::InnerProducts(batch), terms)
                                      : facet::TakeDistanceHinges(batch, terms);
    return std::vector<facet::LossGroup>{
        facet::OneGroup("positive", OneAtLeast(costs[0], batch.positive), reduction)[0],
        facet::OneGroup("negative", OneAtLeast(costs[1], batch.negative), reduction)[0]};
  }

 private:
  // Pairs that all cost nothing are not the same as no pairs.
  static at::Tensor OneAtLeast(const at::Tensor& costs, const at::Tensor& pairs) {
    if (costs.numel() > 0 || !pairs.any().item<bool>()) return costs;
    return at::cat({costs, at::zeros({1}, costs.options())});
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, Contrastive, Options, "contrastive",
             "positive pairs together, negative pairs apart by a margin",
             "Hadsell et al., CVPR 2006")
