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
#include "plugins/miners/batch_distances.h"

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
    FACET_ASSIGN_OR_RETURN(const facet::BatchDistances batch,
                           facet::BatchDistances::Of(embeddings, labels, num_anchors, {"cosine"}));
    facet::PairList pairs;
    // The least similar is the farthest: distances are 1 - s.
    for (int64_t a = 0; a < batch.num_anchors(); ++a) {
      const std::vector<int64_t> positives = batch.Positives(a);
      const std::vector<int64_t> negatives = batch.Negatives(a);
      if (positives.empty() || negatives.empty()) continue;
      const double farthest = batch(a, batch.Farthest(a, positives));
      const double nearest = batch(a, batch.Nearest(a, negatives));
      for (const int64_t p : positives) {
        if (batch(a, p) > nearest - options_.epsilon) pairs.AddPositive(a, p);
      }
      for (const int64_t n : negatives) {
        if (batch(a, n) < farthest + options_.epsilon) pairs.AddNegative(a, n);
      }
    }
    return pairs.Build(embeddings, num_anchors);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, MultiSimilarity, Options, "multi_similarity",
             "pairs that are hard beside the anchor's hardest pair of the other sign",
             "Wang et al., arXiv:1904.06627, equations 8 and 9")
