// For each pair of one identity the negative that looks most like the anchor: the hardest triplet
// of every positive pair, where batch_hard takes one of every anchor.
//
// In:  embeddings [N, D], float32 or float64, normalised here; labels [N].
// Out: triplets, in order of anchor and positive; those whose negative has a cosine of less than
//      `min_cosine` with the anchor are left out. Of equal negatives any, always the same.
//      num_skipped: images that are no triplet's anchor.
// Errors: InvalidArgument if shapes do not fit or embeddings are not finite.
// Source: none; Hermans et al., arXiv:1703.07737, by the pair.
// Example:  miner = { use = "new_miner", min_cosine = 0.0 }
#include <ATen/ATen.h>

#include <limits>

#include "core/api/miner.h"
#include "core/api/unit_rows.h"

namespace {

using facet::Tuples;

struct Options {
  double min_cosine = -1.0;

  void Visit(facet::OptionVisitor& v) {
    v("min_cosine", min_cosine, facet::Range(-1, 1),
      "of anchor and negative [1]; -1: any negative");
  }
};

class NewMiner final : public facet::Miner {
 public:
  explicit NewMiner(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  // It draws nothing: the seed does not matter.
  absl::StatusOr<Tuples> Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                              uint64_t) override {
    if (embeddings.dim() != 2 || labels.dim() != 1 || labels.size(0) != embeddings.size(0)) {
      return absl::InvalidArgumentError("new_miner needs embeddings [N, D] and labels [N]");
    }
    if (!at::isfinite(embeddings).all().item<bool>()) {
      return absl::InvalidArgumentError("new_miner was given embeddings that are not finite");
    }
    Tuples tuples;
    tuples.kind = facet::TupleKind::kTriplets;
    if (embeddings.size(0) == 0) {
      tuples.anchors = tuples.positives = tuples.negatives = at::empty({0}, labels.options());
      return tuples;
    }
    const at::Tensor unit = facet::UnitRows(embeddings.to(at::kDouble).contiguous());
    const at::Tensor same = labels.unsqueeze(1).eq(labels.unsqueeze(0));
    const at::Tensor cosines =
        at::matmul(unit, unit.t()).masked_fill(same, -std::numeric_limits<double>::infinity());
    const auto [hardest, negatives] = cosines.max(1);  // of each anchor: [N], [N]
    const at::Tensor usable = hardest.isfinite().logical_and(hardest.ge(options_.min_cosine));
    const at::Tensor pairs =
        same.clone().fill_diagonal_(false).logical_and(usable.unsqueeze(1)).nonzero();
    tuples.anchors = pairs.select(1, 0).contiguous();
    tuples.positives = pairs.select(1, 1).contiguous();
    tuples.negatives = negatives.index_select(0, tuples.anchors);
    const at::Tensor counts = at::bincount(tuples.anchors, {}, labels.size(0));
    tuples.num_skipped = counts.eq(0).sum().item<int64_t>();
    return tuples;
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, NewMiner, Options, "new_miner",
             "for each positive pair the negative most like the anchor", "none")
