// Pairs that violate a margin: positive pairs farther apart than one, negative pairs nearer than
// the other. With the contrastive loss's margins they are the pairs that have a gradient (Hadsell
// et al. 2006, equation 4).
//
// In:  embeddings [N, D], to unit length first unless `normalize` is off; labels [N].
// Out: ordered pairs with d > positive_margin, and d < negative_margin, sorted by first, then
//      second.
// Margins and `normalize` default to pytorch-metric-learning's PairMarginMiner: fixed margins mean
// something only at a fixed scale. Set all of them to the loss's.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "pair_margin", positive_margin = 0.2, negative_margin = 0.8 }
#include "core/api/miner.h"
#include "plugins/miners/screened_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  double positive_margin = 0.2;
  double negative_margin = 0.8;
  Options() { normalize = true; }

  void Visit(facet::OptionVisitor& v) {
    v("positive_margin", positive_margin, facet::AtLeast(0),
      "positive pairs beyond it are kept; in units of the distance");
    v("negative_margin", negative_margin, facet::AtLeast(0),
      "negative pairs below it are kept; in units of the distance");
    VisitDistance(v, "as the loss's", "on: pytorch-metric-learning");
  }
};

class PairMargin final : public facet::AnchorMiner {
 public:
  explicit PairMargin(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kPairs; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    return facet::MineByScreen<facet::PairList>(
        embeddings, labels, num_anchors, options_,
        [&](facet::ScreenedDistances& distances, facet::PairList& pairs) {
          const int64_t i = distances.anchor();
          for (const int64_t j : distances.PositivesFartherThan(options_.positive_margin)) {
            pairs.AddPositive(i, j);
          }
          for (const int64_t j : distances.NegativesNearerThan(options_.negative_margin)) {
            pairs.AddNegative(i, j);
          }
        });
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, PairMargin, Options, "pair_margin",
             "positive pairs beyond one distance and negative pairs within another",
             "Hadsell et al., CVPR 2006; pytorch-metric-learning, PairMarginMiner")
