// Pair mining of the multi-similarity loss, Wang et al., arXiv:1904.06627, equations 8 and 9. With
// the cosine s, for each anchor a of the batch:
//   a negative pair (a, n) is kept if  s(a, n) > min over positives p of s(a, p)  -  epsilon,
//   a positive pair (a, p) is kept if  s(a, p) < max over negatives n of s(a, n)  +  epsilon.
//
// In:  embeddings [N, D], of any length: the paper's similarity is the cosine; labels [N].
// Out: pairs (anchor, other), sorted by anchor. An anchor without positives keeps no negative, one
//      without negatives no positive.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "multi_similarity", epsilon = 0.1 }
#include "core/api/miner.h"
#include "plugins/miners/screened_distances.h"

namespace {

struct Options {
  double epsilon = 0.1;

  void Visit(facet::OptionVisitor& v) {
    v("epsilon", epsilon, facet::Range(0, 2), "slack, in units of the cosine; paper: 0.1");
  }
};

class MultiSimilarity final : public facet::AnchorMiner {
 public:
  explicit MultiSimilarity(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kPairs; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    return facet::MineByScreen<facet::PairList>(
        embeddings, labels, num_anchors, {"cosine"},
        [&](facet::ScreenedDistances& distances, facet::PairList& pairs) {
          Select(distances, pairs);
        });
  }

 private:
  // The least similar is the farthest: distances are 1 - s.
  void Select(facet::ScreenedDistances& distances, facet::PairList& pairs) const {
    const int64_t a = distances.anchor();
    const int64_t p = distances.FarthestPositive(), n = distances.NearestNegative();
    if (p < 0 || n < 0) return;
    const double least = distances(n) - options_.epsilon, most = distances(p) + options_.epsilon;
    for (const int64_t i : distances.PositivesFartherThan(least)) pairs.AddPositive(a, i);
    for (const int64_t i : distances.NegativesNearerThan(most)) pairs.AddNegative(a, i);
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, MultiSimilarity, Options, "multi_similarity",
             "pairs that are hard beside the anchor's hardest pair of the other sign",
             "Wang et al., arXiv:1904.06627, equations 8 and 9")
