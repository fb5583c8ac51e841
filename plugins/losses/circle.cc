// Circle loss, Sun et al., arXiv:2002.10857, equations 4 to 8: per anchor, s the cosines,
//   log(1 + sum_p e^{-gamma a_p (s_p - (1 - m))} sum_n e^{gamma a_n (s_n - m)}),
//   a_p = max(0, 1 + m - s_p),  a_n = max(0, s_n + m).
// The weights a pace each similarity and are constants to the gradient, as in the paper.
//
// In:  embeddings [N, D], normalised here; pairs, or without a miner every pair of the batch.
// Out: one group, one element per anchor that has a positive and a negative pair.
// Both products are sums of logarithms: gamma may be as large as float32 holds.
// A pair given twice counts once. The paper's faces have m 0.25 and gamma 256; its retrieval, and
// pytorch-metric-learning (with reduction = "mean_nonzero"), 0.4 and 80.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "circle", margin = 0.25, gamma = 256.0 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double margin = 0.25;
  double gamma = 256.0;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Range(-1, 1), "relaxation m [1]; 0.25: paper, faces");
    v("gamma", gamma, facet::Above(0), "scale of the similarities [1]; 256: paper, faces");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}), "over the anchors");
  }
};

class Circle final : public facet::PairLoss {
 public:
  explicit Circle(const Options& options) : PairLoss(/*normalize=*/true), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const double m = options_.margin;
    const at::Tensor s = facet::InnerProducts(batch);
    const at::Tensor pace_p = at::relu(1 + m - s.detach());
    const at::Tensor pace_n = at::relu(s.detach() + m);
    const at::Tensor p =
        facet::MaskedLogSumExp(-options_.gamma * pace_p * (s - (1 - m)), batch.positive);
    const at::Tensor n = facet::MaskedLogSumExp(options_.gamma * pace_n * (s - m), batch.negative);
    const at::Tensor complete = batch.positive.any(1).logical_and(batch.negative.any(1));
    return facet::OneGroup("circle", facet::Softplus(p + n).masked_select(complete),
                           facet::ReductionNamed(options_.reduction));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, Circle, Options, "circle",
             "similarities within and between classes, each at its own pace",
             "Sun et al., arXiv:2002.10857")
