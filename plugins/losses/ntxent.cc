// NT-Xent, the normalised temperature-scaled cross-entropy, Chen et al., arXiv:2002.05709,
// equation 1: per positive pair (i, j), s the cosines and T the temperature,
//   -log(e^{s_ij / T} / (e^{s_ij / T} + sum_{n in N(i)} e^{s_in / T})).
//
// In:  embeddings [N, D], normalised here; pairs, or without a miner every pair of the batch.
// Out: one group, one element per ordered positive pair; without negatives it is 0.
// In the paper an image has one positive, and its denominator runs over all others. With several
// positives the others are left out here, as in pytorch-metric-learning: no positive is pushed
// away (`supcon` has them in the denominator).
// A pair given twice counts once.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "ntxent", temperature = 0.07 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double temperature = 0.07;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("temperature", temperature, facet::Above(0),
      "T [1]; 0.07: Wu et al., arXiv:1805.01978, and pytorch-metric-learning");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the positive pairs; mean: paper");
  }
};

class NtXent final : public facet::PairLoss {
 public:
  explicit NtXent(const Options& options) : PairLoss(/*normalize=*/true), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const std::vector<at::Tensor> terms = facet::TakeTermsOfProducts(
        batch, {facet::LogSumExpOf(batch.negative, 1 / options_.temperature),
                facet::EntriesOf(batch.positive)});
    // -log(e^s / (e^s + e^n)) = log(1 + e^{n - s}).
    const at::Tensor n = terms[0].index_select(0, facet::PlacesOf(batch.positive).first);
    return facet::OneGroup("ntxent", facet::Softplus(n - terms[1] / options_.temperature),
                           facet::ReductionNamed(options_.reduction));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, NtXent, Options, "ntxent",
             "cross-entropy of each positive among an image's negatives, by cosine",
             "Chen et al., arXiv:2002.05709")
