// The hardest share of the batch's pairs, Yuan et al., Hard-aware deeply cascaded embedding,
// arXiv:1611.05720, section 3.3 (one level of the cascade): of P positive pairs the
// ceil(fraction P) farthest, of Q negative pairs the ceil(fraction Q) nearest.
//
// In:  embeddings [N, D], used as they are unless `normalize` is set; labels [N].
// Out: ordered pairs, from hard to easy; equally hard ones sorted by first, then second. With a
//      memory P and Q count the pairs that begin with an image of the batch.
// `normalize` is off by default, as is the projection of Parkhi et al. 2015, section 4.4;
// pytorch-metric-learning normalises.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "hdc", fraction = 0.5 }
#include <cmath>
#include <utility>

#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  double fraction = 0.5;

  void Visit(facet::OptionVisitor& v) {
    v("fraction", fraction, facet::AboveUpTo(0, 1),
      "share of the pairs that is kept; 0.5: pytorch-metric-learning");
    VisitDistance(v, "which is hard; l2 and squared_l2 select alike");
  }
};

using Pairs = std::vector<facet::MeasuredPair>;

class Hdc final : public facet::AnchorMiner {
 public:
  explicit Hdc(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kPairs; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    FACET_ASSIGN_OR_RETURN(const facet::BatchLabels batch,
                           facet::BatchLabels::Of(embeddings, labels, num_anchors));
    const int64_t size = batch.size();
    Pairs positives, negatives;
    FACET_RETURN_IF_ERROR(
        facet::VisitAnchors(batch, embeddings, options_, facet::AnchorOrder::kAscending,
                            [&](const facet::AnchorDistancesView& distances) {
                              for (int64_t i = 0; i < size; ++i) {
                                if (i == distances.anchor()) continue;
                                (distances.IsPositive(i) ? positives : negatives)
                                    .push_back({distances(i), distances.anchor() * size + i});
                              }
                            }));
    facet::PairList pairs;
    const size_t num_positives = Share(positives), num_negatives = Share(negatives);
    for (const auto& pair :
         facet::FirstOf(std::move(positives), num_positives, facet::Side::kFarthest)) {
      pairs.AddPositive(pair.place / size, pair.place % size);
    }
    for (const auto& pair :
         facet::FirstOf(std::move(negatives), num_negatives, facet::Side::kNearest)) {
      pairs.AddNegative(pair.place / size, pair.place % size);
    }
    return pairs.Build(embeddings, num_anchors);
  }

 private:
  size_t Share(const Pairs& pairs) const {
    return static_cast<size_t>(std::ceil(options_.fraction * static_cast<double>(pairs.size())));
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, Hdc, Options, "hdc",
             "the farthest share of the positive pairs and the nearest of the negative ones",
             "Yuan et al., arXiv:1611.05720")
