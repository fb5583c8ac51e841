// Lifted structured loss, Song et al., arXiv:1511.06452, equation 4: per positive pair (i, j)
//   max(0, log(sum_{k in N(i)} e^{m - d_ik} + sum_{l in N(j)} e^{m - d_jl}) + d_ij)^2 / 2.
//
// In:  embeddings [N, D], as they are (paper) or normalised; pairs, or without a miner every pair
//      of the batch. N(i): second elements of the negative pairs whose first is i.
// Out: one group, one element per ordered positive pair. Averaged, (i, j) and (j, i) together are
//      the paper's 1 / (2 |P|) over unordered pairs.
// A pair given twice counts once; a positive pair without negatives costs 0. With a memory, of whose
// images no negative pair is the first, j's sum is empty where j is one of them.
// pytorch-metric-learning's form: normalize = true.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "lifted_structure", negative_margin = 1.0 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double negative_margin = 1.0;
  double positive_margin = 0.0;
  bool normalize = false;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("negative_margin", negative_margin, facet::AtLeast(0), "m, in units of the distance; paper");
    v("positive_margin", positive_margin, facet::AtLeast(0),
      "taken off a positive pair's distance; 0: paper");
    v("normalize", normalize, facet::Any(), "embeddings are normalised first; false: paper");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the positive pairs; mean: paper");
  }
};

class LiftedStructure final : public facet::PairLoss {
 public:
  explicit LiftedStructure(const Options& options)
      : PairLoss(options.normalize), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor&) override {
    const std::vector<at::Tensor> terms = facet::TakeTerms(
        facet::Distances(batch), {facet::LogSumExpOf(batch.negative, -1, options_.negative_margin),
                                  facet::EntriesOf(batch.positive)});
    // An image of the memory is no anchor, so that no negative pair begins with it.
    const at::Tensor& n = terms[0];
    const int64_t num_references = batch.embeddings.size(0) - batch.anchors.size(0);
    const at::Tensor none = at::full({num_references}, facet::kLogOfNothing, n.options());
    const auto [first, second] = facet::PlacesOf(batch.positive);
    const at::Tensor of_both =
        at::logaddexp(n.index_select(0, first), at::cat({n, none}).index_select(0, second));
    const at::Tensor hinge = at::relu(of_both + terms[1] - options_.positive_margin);
    return facet::OneGroup("lifted_structure", 0.5 * at::square(hinge),
                           facet::ReductionNamed(options_.reduction));
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, LiftedStructure, Options, "lifted_structure",
             "each positive pair against all negatives of both its images",
             "Song et al., arXiv:1511.06452")
