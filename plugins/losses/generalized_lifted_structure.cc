// Generalised lifted structured loss, Hermans et al., arXiv:1703.07737, equation 9: per anchor
//   max(0, log sum_p e^{d_ap} + log sum_n e^{m - d_an}).
//
// In:  embeddings [N, D], as they are (paper) or normalised; pairs, or without a miner every pair
//      of the batch.
// Out: one group, one element per anchor that has positive and negative pairs: log 0 on either
//      side, so a hinge of 0, where one is missing (the paper's batches always have both).
//      lone_anchors = "keep" is pytorch-metric-learning's form: an element per row of the batch,
//      and a missing side counts as 0, not as log 0.
// A pair given twice counts once.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "generalized_lifted_structure", negative_margin = 1.0 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double negative_margin = 1.0;
  double positive_margin = 0.0;
  bool normalize = false;
  std::string lone_anchors = "skip";
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("negative_margin", negative_margin, facet::AtLeast(0),
      "m, in units of the distance; 1: pytorch-metric-learning");
    v("positive_margin", positive_margin, facet::AtLeast(0),
      "taken off positive distances; 0: paper");
    v("normalize", normalize, facet::Any(), "embeddings are normalised first; false: paper");
    v("lone_anchors", lone_anchors, facet::OneOf({"skip", "keep"}),
      "anchors without a positive or a negative: skip: paper; keep: pytorch-metric-learning");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the anchors; sum: paper");
  }
};

class GeneralizedLiftedStructure final : public facet::PairLoss {
 public:
  explicit GeneralizedLiftedStructure(const Options& options)
      : PairLoss(options.normalize), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const std::vector<at::Tensor> sums =
        facet::TakeTerms(facet::Distances(batch),
                         {facet::LogSumExpOf(batch.positive, 1, options_.positive_margin),
                          facet::LogSumExpOf(batch.negative, -1, options_.negative_margin)});
    at::Tensor p = sums[0], n = sums[1];
    const at::Tensor has_p = batch.positive.any(1), has_n = batch.negative.any(1);
    const bool keep = options_.lone_anchors == "keep";
    if (keep) {
      p = p.masked_fill(has_p.logical_not(), 0);
      n = n.masked_fill(has_n.logical_not(), 0);
    }
    const at::Tensor hinge = at::relu(p + n);
    return facet::OneGroup("generalized_lifted_structure",
                           keep ? hinge : hinge.masked_select(has_p.logical_and(has_n)),
                           facet::ReductionNamed(options_.reduction));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, GeneralizedLiftedStructure, Options, "generalized_lifted_structure",
             "an anchor's positives against its negatives, by soft maxima",
             "Hermans et al., arXiv:1703.07737")
