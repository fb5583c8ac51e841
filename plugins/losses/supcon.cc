// Supervised contrastive loss, Khosla et al., arXiv:2004.11362, equation 2 (L_out): per anchor i,
// s the cosines, T the temperature, P(i) its positives, A(i) its positives and negatives,
//   -1 / |P(i)| sum_{p in P(i)} log(e^{s_ip / T} / sum_{a in A(i)} e^{s_ia / T}).
//
// In:  embeddings [N, D], normalised here; pairs, or without a miner every pair of the batch.
// Out: one group, one element per anchor that has a positive.
// A pair given twice counts once. pytorch-metric-learning averages over elements above 0: the same
// unless an anchor has one positive and no negative.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "supcon", temperature = 0.1 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double temperature = 0.1;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("temperature", temperature, facet::Above(0), "T [1]; 0.1: paper");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the anchors; sum: paper");
  }
};

class SupCon final : public facet::PairLoss {
 public:
  explicit SupCon(const Options& options) : PairLoss(/*normalize=*/true), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const std::vector<at::Tensor> terms = facet::TakeTermsOfProducts(
        batch, {facet::LogSumExpOfEither(batch.positive, batch.negative, 1 / options_.temperature),
                facet::SumOf(batch.positive), facet::CountOf(batch.positive)});
    const at::Tensor& count = terms[2];
    const at::Tensor mean = terms[1] / options_.temperature / count.clamp_min(1);
    return facet::OneGroup("supcon", (terms[0] - mean).masked_select(count.gt(0)),
                           facet::ReductionNamed(options_.reduction));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, SupCon, Options, "supcon",
             "cross-entropy of an anchor's positives among all its pairs, by cosine",
             "Khosla et al., arXiv:2004.11362")
