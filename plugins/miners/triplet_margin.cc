// All triplets of the batch of one hardness. With the gap D = d(a, n) - d(a, p):
//   all: D <= margin;  hard: D <= 0;  semihard: 0 < D <= margin;  easy: D > margin
// (Schroff et al., arXiv:1503.03832, section 3.2; the names and edges are those of
// pytorch-metric-learning's TripletMarginMiner). `all` keeps what a triplet loss of that margin has
// a gradient for. One negative of each pair instead of all: semi_hard, hardest, batch_hard.
//
// In:  embeddings [N, D], used as they are unless `normalize` is set; labels [N].
// Out: ordered triplets (a, p, n), sorted by anchor, positive, negative.
// `normalize` is off by default, as is the projection of Parkhi et al. 2015, section 4.4;
// pytorch-metric-learning normalises. Margin and distance should be those of the loss.
// Memory: 24 bytes for each triplet that is kept (three times that while they are gathered): at
// most 19 MB for 512 images of 128 identities, but 800 MB for 512 of two. No mask of N^3 is made.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "triplet_margin", margin = 0.2, type = "semihard" }
#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  double margin = 0.2;
  std::string type = "all";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Any(),
      "as the loss's, in units of the distance; 0.2: pytorch-metric-learning");
    v("type", type, facet::OneOf({"all", "hard", "semihard", "easy"}), "which triplets are kept");
    VisitDistance(v, "as the loss's");
  }
};

class TripletMargin final : public facet::AnchorMiner {
 public:
  explicit TripletMargin(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    return facet::MineByAnchor<facet::TripletList>(
        embeddings, labels, num_anchors, options_,
        [&](const facet::AnchorDistancesView& distances, facet::TripletList& triplets) {
          const std::vector<int64_t> negatives = distances.Negatives();
          for (const int64_t p : distances.Positives()) {
            for (const int64_t n : negatives) {
              if (Keeps(distances(n) - distances(p))) triplets.Add(distances.anchor(), p, n);
            }
          }
        });
  }

 private:
  bool Keeps(double gap) const {
    if (options_.type == "easy") return gap > options_.margin;
    if (options_.type == "hard") return gap <= 0;
    return gap <= options_.margin && (options_.type == "all" || gap > 0);
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, TripletMargin, Options, "triplet_margin",
             "all triplets of the batch that are hard, semi-hard or easy by a margin",
             "Schroff et al., arXiv:1503.03832; pytorch-metric-learning, TripletMarginMiner")
