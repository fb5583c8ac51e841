// Batch-hard triplets, Hermans et al., arXiv:1703.07737: for each anchor of the batch the farthest
// image of its identity and the nearest image of another.
//
// In:  embeddings [N, D], used as they are; labels [N].
// Out: at most N triplets, in order of the anchors. Anchors without a positive or without a
//      negative are skipped and counted. Among equally far images the first is taken.
// Example:  miner = { use = "batch_hard" }
#include <ATen/ATen.h>

#include <limits>

#include "core/api/miner.h"

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class BatchHard final : public facet::Miner {
 public:
  explicit BatchHard(const facet::NoOptions&) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> Mine(const at::Tensor& embeddings, const at::Tensor& labels,
                                     uint64_t) override {
    facet::Tuples tuples;
    tuples.kind = facet::TupleKind::kTriplets;
    if (labels.numel() == 0) {
      tuples.anchors = tuples.positives = tuples.negatives = labels;
      return tuples;
    }
    // Mode 2: without the expansion |x|^2 - 2xy + |y|^2, which loses small distances.
    const at::Tensor distances =
        at::cdist(embeddings, embeddings, 2.0, /*compute_mode=*/2).cpu().to(at::kDouble);
    const at::Tensor label = labels.cpu().contiguous();
    const at::Tensor same = label.unsqueeze(0).eq(label.unsqueeze(1));
    at::Tensor others = same.clone();
    others.fill_diagonal_(0);  // an image is no positive of itself
    const at::Tensor farthest = distances.masked_fill(others.logical_not(), -kInfinity);
    const at::Tensor nearest = distances.masked_fill(same, kInfinity);
    // Of equal values argmax and argmin give the first.
    const at::Tensor positives = farthest.argmax(1);
    const at::Tensor negatives = nearest.argmin(1);
    const at::Tensor anchors =
        others.any(1).logical_and(same.logical_not().any(1)).nonzero().view({-1});

    tuples.anchors = anchors.to(embeddings.device());
    tuples.positives = positives.index_select(0, anchors).to(embeddings.device());
    tuples.negatives = negatives.index_select(0, anchors).to(embeddings.device());
    tuples.num_skipped = label.numel() - anchors.numel();
    return tuples;
  }
};

}  // namespace

FACET_PLUGIN(facet::Miner, BatchHard, facet::NoOptions, "batch_hard",
             "per anchor the farthest positive and the nearest negative of the batch",
             "Hermans et al., arXiv:1703.07737")
