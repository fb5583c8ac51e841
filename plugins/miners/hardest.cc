// The hardest negatives of the batch with all its positive pairs. In contrast to batch_hard, no
// positive is left out: a mislabelled image makes one hard pair of many instead of each anchor's
// only one.
//   triplets: each ordered positive pair (a, p) with the negative nearest to a (the hard negative
//             exemplars within the mini-batch of Schroff et al., arXiv:1503.03832, section 3.2).
//   pairs:    all positive pairs, and as many negative pairs as there are positive ones: the
//             nearest of the whole batch (dlib's loss_metric, which so balances the two sides).
//
// In:  embeddings [N, D], used as they are unless `normalize` is set; labels [N].
// Out: triplets sorted by anchor, then positive, none for pairs that have no negative. Or pairs, each
//      in both orders (i, j), (j, i) (in one where j is of a memory): positive pairs sorted,
//      negative pairs from near to far, equally near ones sorted.
// `normalize` is off by default: Parkhi et al. 2015, section 4.4, do not normalise after W'; nor
// does dlib.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "hardest", makes = "pairs" }
#include <utility>

#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  std::string makes = "triplets";

  void Visit(facet::OptionVisitor& v) {
    v("makes", makes, facet::OneOf({"triplets", "pairs"}),
      "triplets: the nearest negative of each positive pair; pairs: as many negative as positive");
    VisitDistance(v, "which is near; l2 and squared_l2 select alike");
  }
};

class Hardest final : public facet::AnchorMiner {
 public:
  explicit Hardest(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override {
    return options_.makes == "pairs" ? facet::TupleKind::kPairs : facet::TupleKind::kTriplets;
  }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    if (makes() == facet::TupleKind::kPairs) return Pairs(embeddings, labels, num_anchors);
    return facet::MineByAnchor<facet::TripletList>(
        embeddings, labels, num_anchors, options_,
        [](const facet::AnchorDistancesView& distances, facet::TripletList& triplets) {
          const int64_t n = distances.NearestNegative();
          if (n < 0) return;
          for (const int64_t p : distances.Positives()) triplets.Add(distances.anchor(), p, n);
        });
  }

 private:
  absl::StatusOr<facet::Tuples> Pairs(const at::Tensor& embeddings, const at::Tensor& labels,
                                      int64_t num_anchors) const {
    FACET_ASSIGN_OR_RETURN(const facet::BatchLabels batch,
                           facet::BatchLabels::Of(embeddings, labels, num_anchors));
    const int64_t size = batch.size();
    facet::PairList pairs;
    size_t num_positives = 0;
    std::vector<facet::MeasuredPair> negatives;
    FACET_RETURN_IF_ERROR(
        facet::VisitAnchors(batch, embeddings, options_, facet::AnchorOrder::kAscending,
                            [&](const facet::AnchorDistancesView& distances) {
                              const int64_t i = distances.anchor();
                              for (int64_t j = i + 1; j < size; ++j) {
                                if (distances.IsNegative(j)) {
                                  negatives.push_back({distances(j), i * size + j});
                                  continue;
                                }
                                pairs.AddPositive(i, j);
                                if (j < num_anchors) pairs.AddPositive(j, i);
                                ++num_positives;
                              }
                            }));
    for (const auto& pair :
         facet::FirstOf(std::move(negatives), num_positives, facet::Side::kNearest)) {
      const int64_t i = pair.place / size, j = pair.place % size;
      pairs.AddNegative(i, j);
      if (j < num_anchors) pairs.AddNegative(j, i);
    }
    return pairs.Build(embeddings, num_anchors);
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, Hardest, Options, "hardest",
             "all positive pairs of the batch with its nearest negatives",
             "Schroff et al., arXiv:1503.03832, section 3.2; dlib, loss_metric")
