// Distance-weighted sampling, Wu et al., Sampling matters in deep embedding learning,
// arXiv:1706.07567, section 4. On the unit sphere in D dimensions the distance of two random points
// has the density (the paper's section 4)
//   q(d) ~ d^(D-2) (1 - d^2/4)^((D-3)/2).
// Each ordered positive pair (a, p) of the batch gets a negative n drawn with a weight of 1 / q(d),
// so that distances come evenly; d = max(|a - n|, cutoff) keeps noise out of small distances, and
// negatives from `nonzero_loss_cutoff` on, which have no loss any more, weigh nothing.
//
// In:  embeddings [N, D], to unit length first unless `normalize` is off; labels [N].
// Out: one triplet for each ordered positive pair, sorted by anchor, then positive; none for pairs
//      whose anchor has no negative of positive weight.
// The density holds on the unit sphere alone: `normalize` is on, as in the paper. The number of
// triplets is that of the authors' code: every positive of an anchor, each with its own draw.
// Weights are taken relative to the anchor's largest, so that D = 4096 does not overflow.
// Errors: InvalidArgument if cutoff >= nonzero_loss_cutoff, for other shapes or types, and for
//      embeddings that are not finite.
// Example:  miner = { use = "distance_weighted", cutoff = 0.5, nonzero_loss_cutoff = 1.4 }
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  double cutoff = 0.5;
  double nonzero_loss_cutoff = 1.4;
  Options() {
    distance = "l2";  // of the formula
    normalize = true;
  }

  void Visit(facet::OptionVisitor& v) {
    v("cutoff", cutoff, facet::AboveUpTo(0, 2), "least distance in the weight; paper: 0.5");
    v("nonzero_loss_cutoff", nonzero_loss_cutoff, facet::AboveUpTo(0, 2),
      "negatives from this distance on are not drawn; the authors' code: 1.4");
    VisitNormalize(v, "on: paper");
  }
};

class DistanceWeighted final : public facet::AnchorMiner {
 public:
  static absl::StatusOr<std::unique_ptr<DistanceWeighted>> Create(const Options& options) {
    if (options.cutoff >= options.nonzero_loss_cutoff) {
      return absl::InvalidArgumentError(
          absl::StrCat("cutoff = ", options.cutoff, " is not below nonzero_loss_cutoff = ",
                       options.nonzero_loss_cutoff, ": no negative could be drawn; lower cutoff"));
    }
    return std::make_unique<DistanceWeighted>(options);
  }
  explicit DistanceWeighted(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t seed) override {
    facet::Random random(seed);
    return facet::MineByAnchor<facet::TripletList>(
        embeddings, labels, num_anchors, options_,
        [&](const facet::AnchorDistancesView& distances, facet::TripletList& triplets) {
          const std::vector<int64_t> negatives = distances.Negatives();
          const std::vector<double> sums =
              CumulativeWeights(distances, negatives, static_cast<double>(embeddings.size(1)));
          if (sums.empty() || sums.back() <= 0) return;
          for (const int64_t p : distances.Positives()) {
            // Uniform() < 1, so the sum is beyond it at the latest at the end, and never where a
            // weight is 0.
            const auto drawn =
                std::upper_bound(sums.begin(), sums.end(), random.Uniform() * sums.back());
            triplets.Add(distances.anchor(), p,
                         negatives[static_cast<size_t>(drawn - sums.begin())]);
          }
        },
        facet::AnchorOrder::kAscending);
  }

 private:
  std::vector<double> CumulativeWeights(const facet::AnchorDistancesView& distances,
                                        const std::vector<int64_t>& negatives,
                                        double dimension) const {
    constexpr double kNever = -std::numeric_limits<double>::infinity();
    std::vector<double> logs;
    double largest = kNever;
    for (const int64_t n : negatives) {
      const double d = std::max(distances(n), options_.cutoff);
      logs.push_back(d >= options_.nonzero_loss_cutoff
                         ? kNever
                         : (2 - dimension) * std::log(d) -
                               (dimension - 3) / 2 * std::log(1 - d * d / 4));
      largest = std::max(largest, logs.back());
    }
    std::vector<double> sums;
    double sum = 0;
    for (const double value : logs) {
      if (value != kNever) sum += std::exp(value - largest);
      sums.push_back(sum);
    }
    return sums;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, DistanceWeighted, Options, "distance_weighted",
             "per positive pair a negative drawn evenly over distances on the unit sphere",
             "Wu et al., arXiv:1706.07567, section 4")
