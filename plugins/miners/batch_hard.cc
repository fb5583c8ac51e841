// Batch-hard triplets, Hermans et al., arXiv:1703.07737: for each anchor of the batch the farthest
// image of its identity and the nearest image of another.
//
// In:  embeddings [N, D], used as they are unless `normalize` is set (Hermans et al. do not);
//      labels [N].
// Out: at most N triplets, in order of the anchors. Anchors without a positive or without a
//      negative have none. Among equally far images the first is taken.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "batch_hard" }
#include "core/api/miner.h"
#include "plugins/miners/screened_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  void Visit(facet::OptionVisitor& v) {
    VisitDistance(v, "which is far; l2 and squared_l2 select alike", "off: paper");
  }
};

class BatchHard final : public facet::AnchorMiner {
 public:
  explicit BatchHard(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    return facet::MineByScreen<facet::TripletList>(
        embeddings, labels, num_anchors, options_,
        [](facet::ScreenedDistances& distances, facet::TripletList& triplets) {
          const int64_t p = distances.FarthestPositive(), n = distances.NearestNegative();
          if (p >= 0 && n >= 0) triplets.Add(distances.anchor(), p, n);
        });
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, BatchHard, Options, "batch_hard",
             "per anchor the farthest positive and the nearest negative of the batch",
             "Hermans et al., arXiv:1703.07737")
