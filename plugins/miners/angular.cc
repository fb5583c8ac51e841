// Triplets by their angle at the negative, Wang et al., Deep metric learning with angular loss,
// arXiv:1708.01682, section 3.2: with the centre c = (x_a + x_p) / 2, a triplet is kept if
//   atan( |x_a - x_p| / (2 |x_n - c|) ) > angle_rad,
// the triangle's angle at a negative that stands upright over the middle of the positive pair.
//
// In:  embeddings [N, D], to unit length first unless `normalize` is off; labels [N].
// Out: ordered triplets (a, p, n), sorted by anchor, positive, negative. A positive pair in one point has angle 0, a negative in its middle
//      pi/2.
// |x_n - c|^2 = (|x_a - x_n|^2 + |x_p - x_n|^2) / 2 - |x_a - x_p|^2 / 4, the median's length, so
// that the distances of the anchors and their positives are enough. No scale changes the angle;
// `normalize` is on as
// pytorch-metric-learning's AngularMiner asks for unit length.
// Memory: 24 bytes for each triplet that is kept (three times that while they are gathered).
// Errors: InvalidArgument for other shapes or types, and for embeddings that are not finite.
// Example:  miner = { use = "angular", angle_rad = 0.349 }
#include <algorithm>
#include <cmath>

#include "core/api/miner.h"
#include "plugins/miners/batch_distances.h"

namespace {

struct Options : facet::DistanceOptions {
  double angle_rad = 0.3490658503988659;
  Options() {
    distance = "squared_l2";  // of the formula
    normalize = true;
  }

  void Visit(facet::OptionVisitor& v) {
    v("angle_rad", angle_rad, facet::Range(0, 1.5707963267948966),
      "triplets of larger angles are kept; 20 degrees: pytorch-metric-learning");
    VisitNormalize(v, "on: pytorch-metric-learning");
  }
};

class Angular final : public facet::AnchorMiner {
 public:
  explicit Angular(const Options& options) : options_(options) {}

  facet::TupleKind makes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<facet::Tuples> MineAnchors(const at::Tensor& embeddings, const at::Tensor& labels,
                                            int64_t num_anchors, uint64_t) override {
    FACET_ASSIGN_OR_RETURN(const facet::BatchDistances squared,
                           facet::BatchDistances::Of(embeddings, labels, num_anchors, options_,
                                                     facet::MeasuredFrom::kAnchorsAndPositives));
    facet::TripletList triplets;
    for (int64_t a = 0; a < squared.num_anchors(); ++a) {
      const std::vector<int64_t> negatives = squared.Negatives(a);
      for (const int64_t p : squared.Positives(a)) {
        const double base = squared(a, p);
        for (const int64_t n : negatives) {
          const double median = std::max(0.0, (squared(a, n) + squared(p, n)) / 2 - base / 4);
          if (std::atan2(std::sqrt(base), 2 * std::sqrt(median)) > options_.angle_rad) {
            triplets.Add(a, p, n);
          }
        }
      }
    }
    return triplets.Build(embeddings, num_anchors);
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Miner, Angular, Options, "angular",
             "triplets whose angle at the negative is larger than a limit",
             "Wang et al., arXiv:1708.01682")
