// Pairs whose distances are spread evenly: the range of the batch's positive distances is cut into
// equal bins, and from each bin that is not empty the same number of pairs is drawn; negative pairs
// likewise. The even spread is that of distance-weighted sampling (Wu et al., arXiv:1706.07567,
// section 4), by counting; the form is pytorch-metric-learning's UniformHistogramMiner.
//
// In:  embeddings [N, D], used as they are unless `normalize` is set; labels [N].
// Out: ordered pairs, by bins from near to far, drawn with replacement: one pair can come several
//      times. Bins are closed at their lower edge, the last at both. With a memory the
//      pairs are those that begin with an image of the batch.
// `normalize` is off by default, as is the projection of Parkhi et al. 2015, section 4.4;
// pytorch-metric-learning normalises.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "uniform_histogram", num_bins = 100 }
#include <algorithm>
#include <utility>

#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  int64_t num_bins = 100;
  int64_t positives_per_bin = 10;
  int64_t negatives_per_bin = 10;

  void Visit(facet::OptionVisitor& v) {
    v("num_bins", num_bins, facet::Range(1, 1000000), "100: pytorch-metric-learning");
    v("positives_per_bin", positives_per_bin, facet::Range(1, 1000000),
      "drawn from each bin; 10: pytorch-metric-learning");
    v("negatives_per_bin", negatives_per_bin, facet::Range(1, 1000000),
      "drawn from each bin; 10: pytorch-metric-learning");
    VisitDistance(v, "what is spread evenly");
  }
};

using Pairs = std::vector<facet::IndexPair>;

// `per_bin` pairs from each bin that is not empty.
Pairs Draw(const facet::BatchDistances& batch, const Pairs& pairs, int64_t num_bins,
           int64_t per_bin, facet::Random& random) {
  Pairs drawn;
  if (pairs.empty()) return drawn;
  double low = batch(pairs[0].first, pairs[0].second), high = low;
  for (const auto& [i, j] : pairs) {
    low = std::min(low, batch(i, j));
    high = std::max(high, batch(i, j));
  }
  std::vector<Pairs> bins(static_cast<size_t>(num_bins));
  for (const auto& pair : pairs) {
    // Where all distances are equal, all are in the one bin that has both its edges.
    const double place = high > low ? (batch(pair.first, pair.second) - low) / (high - low) : 1;
    const auto bin = static_cast<int64_t>(place * static_cast<double>(num_bins));
    bins[static_cast<size_t>(std::min(bin, num_bins - 1))].push_back(pair);
  }
  for (const Pairs& bin : bins) {
    for (int64_t i = 0; !bin.empty() && i < per_bin; ++i) {
      drawn.push_back(bin[random.Index(bin.size())]);
    }
  }
  return drawn;
}

class UniformHistogram final : public facet::AnchorMiner {
 public:
  explicit UniformHistogram(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kPairs; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t seed) override {
    FACET_ASSIGN_OR_RETURN(const facet::BatchDistances batch,
                           facet::BatchDistances::Of(embeddings, labels, num_anchors, options_));
    facet::Random random(seed);
    facet::PairList pairs;
    for (const auto& [i, j] : Draw(batch, batch.PositivePairs(), options_.num_bins,
                                   options_.positives_per_bin, random)) {
      pairs.AddPositive(i, j);
    }
    for (const auto& [i, j] : Draw(batch, batch.NegativePairs(), options_.num_bins,
                                   options_.negatives_per_bin, random)) {
      pairs.AddNegative(i, j);
    }
    return pairs.Build(embeddings, num_anchors);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, UniformHistogram, Options, "uniform_histogram",
             "pairs drawn so that their distances are spread evenly",
             "pytorch-metric-learning, UniformHistogramMiner; cf. Wu et al., arXiv:1706.07567")
