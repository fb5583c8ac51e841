// FaceNet's semi-hard triplets, Schroff et al., arXiv:1503.03832, section 3.2: all positive pairs
// (a, p) of the batch, each with a negative n that is farther than the positive but within the
// margin (the paper's equation 4, and the hinge of equation 3 that is still active):
//   d(a, p) < d(a, n) < d(a, p) + margin.
//
// In:  embeddings [N, D], used as they are unless `normalize` is set; labels [N].
// Out: at most one triplet for each ordered positive pair, sorted by anchor, then positive: none for
//      a pair without such a negative.
// The paper leaves open which semi-hard negative is taken. `random` draws one uniformly, as its
// re-implementations do; `hardest` takes the nearest (the first among equals). FaceNet's embeddings
// have unit length, those of Parkhi et al. 2015 do not after W'; since margin and distance should
// be those of the loss, the default leaves embeddings as they are.
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "semi_hard", margin = 0.2, choice = "random" }
#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  double margin = 0.2;
  std::string choice = "random";
  Options() { distance = "squared_l2"; }

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Above(0), "as the loss's, in units of the distance; FaceNet: 0.2");
    v("choice", choice, facet::OneOf({"random", "hardest"}), "which of the semi-hard negatives");
    VisitDistance(v, "as the loss's; FaceNet: squared_l2",
                  "on: FaceNet; off: Parkhi et al. 2015, section 4.4");
  }
};

class SemiHard final : public facet::AnchorMiner {
 public:
  explicit SemiHard(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t seed) override {
    facet::Random random(seed);
    const bool draws = options_.choice == "random";
    return facet::MineByAnchor<facet::TripletList>(
        embeddings, labels, num_anchors, options_,
        [&](const facet::AnchorDistancesView& distances, facet::TripletList& triplets) {
          const std::vector<int64_t> negatives = distances.Negatives();
          std::vector<int64_t> within;
          for (const int64_t p : distances.Positives()) {
            within.clear();
            for (const int64_t n : negatives) {
              const double gap = distances(n) - distances(p);
              if (gap > 0 && gap < options_.margin) within.push_back(n);
            }
            if (within.empty()) continue;
            triplets.Add(distances.anchor(), p,
                         draws ? within[random.Index(within.size())] : distances.Nearest(within));
          }
        },
        draws ? facet::AnchorOrder::kAscending : facet::AnchorOrder::kAny);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, SemiHard, Options, "semi_hard",
             "per positive pair a negative farther than the positive, but within the margin",
             "Schroff et al., arXiv:1503.03832, section 3.2")
