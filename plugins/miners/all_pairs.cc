// Every pair of the batch: positive pairs (i, j) of one identity, negative pairs of two. The
// starting point of pair losses (Hadsell et al. 2006), and through the host's conversion every
// triplet of the batch.
//
// In:  embeddings [N, D] (their number alone matters); labels [N].
// Out: pairs, ordered: (i, j) and (j, i) are two, i = j is none. Sorted by first, then second.
// Errors: InvalidArgument for other shapes or types.
// Example:  miner = { use = "all_pairs" }
#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

class AllPairs final : public facet::AnchorMiner {
 public:
  explicit AllPairs(const facet::NoOptions&) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kPairs; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    FACET_ASSIGN_OR_RETURN(const facet::BatchLabels batch,
                           facet::BatchLabels::Of(embeddings, labels, num_anchors));
    facet::PairList pairs;
    for (const auto& [i, j] : batch.PositivePairs()) pairs.AddPositive(i, j);
    for (const auto& [i, j] : batch.NegativePairs()) pairs.AddNegative(i, j);
    return pairs.Build(embeddings, num_anchors);
  }
};

}  // namespace

FACET_PLUGIN(facet::Miner, AllPairs, facet::NoOptions, "all_pairs",
             "every positive and every negative pair of the batch",
             "Hadsell et al., Dimensionality reduction by learning an invariant mapping, CVPR 2006")
