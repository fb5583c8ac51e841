// Multi-similarity loss, Wang et al., arXiv:1904.06627, equation 10: per anchor, s the cosines,
//   log(1 + sum_p e^{-alpha (s_p - base)}) / alpha + log(1 + sum_n e^{beta (s_n - base)}) / beta.
//
// In:  embeddings [N, D], normalised here; pairs, or without a miner every pair of the batch. The
//      paper selects pairs first (its equations 7 and 8): name a miner for that.
// Out: one group, one element per row of the batch, whether a pair begins with it or not (paper); a
//      side without pairs adds 0. A memory's rows have none. Where no pair begins with most rows
//      (those of an epoch's triplets), reduction = "mean_nonzero" keeps the size of the gradient.
// base (the paper's lambda) is 0.5 in the authors' program and in pytorch-metric-learning.
// A pair given twice counts once.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "multi_similarity", alpha = 2.0, beta = 50.0, base = 0.5 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double alpha = 2.0;
  double beta = 50.0;
  double base = 0.5;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("alpha", alpha, facet::Above(0), "scale of the positive pairs [1]; paper");
    v("beta", beta, facet::Above(0), "scale of the negative pairs [1]; paper");
    v("base", base, facet::Range(-1, 1), "cosine around which pairs matter; the authors' program");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the rows; mean: paper");
  }
};

class MultiSimilarity final : public facet::PairLoss {
 public:
  explicit MultiSimilarity(const Options& options)
      : PairLoss(/*normalize=*/true, Elements::kOfAnchors), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const std::vector<at::Tensor> sums = facet::TakeTermsOfProducts(
        batch, {facet::LogSumExpOf(batch.positive, -options_.alpha, options_.base),
                facet::LogSumExpOf(batch.negative, options_.beta, options_.base)});
    return facet::OneGroup(
        "multi_similarity",
        facet::Softplus(sums[0]) / options_.alpha + facet::Softplus(sums[1]) / options_.beta,
        facet::ReductionNamed(options_.reduction));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, MultiSimilarity, Options, "multi_similarity",
             "soft maxima of an anchor's positive and negative similarities",
             "Wang et al., arXiv:1904.06627")
