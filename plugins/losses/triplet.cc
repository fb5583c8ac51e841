// Triplet loss, Parkhi et al. 2015, section 4.4:
//   E = sum over triplets (a, p, n) of max{0, margin - d(a, n) + d(a, p)}.
//
// In:  embeddings [N, D], used as they are: normalise them before, if at all (the paper's W' is
//      applied to l2-normalised descriptors and its result is not normalised again); triplets.
// Out: one group, one element per triplet.
// d is the squared L2 distance (paper) or the distance itself. The paper's E is a sum; here the
// default is the mean over the triplets of a step, which has the same minimiser and the gradient
// of one triplet in size: a learning rate then means the same whatever the batch, and the paper's
// fixed rate of 0.25 is stable. `sum` is the paper's form to the letter, `mean_nonzero` averages
// over the violating triplets alone.
// Errors: InvalidArgument without triplets.
// Example:  loss = { use = "triplet", margin = 0.2 }
#include <ATen/ATen.h>

#include "core/api/loss.h"

namespace {

struct Options {
  double margin = 0.2;
  std::string distance = "squared_l2";
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::AtLeast(0),
      "alpha, in units of the distance; the paper gives no value, 0.2 is FaceNet's");
    v("distance", distance, facet::OneOf({"squared_l2", "l2"}), "squared_l2: paper");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the triplets of a step; sum: paper");
  }
};

class Triplet final : public facet::Loss {
 public:
  explicit Triplet(const Options& options) : options_(options) {}

  facet::TupleKind takes() const override { return facet::TupleKind::kTriplets; }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    if (input.tuples == nullptr || input.tuples->kind != facet::TupleKind::kTriplets) {
      return absl::InvalidArgumentError("triplet needs triplets: name a miner that makes them");
    }
    const facet::Tuples& tuples = *input.tuples;
    const at::Tensor anchors = input.embeddings.index_select(0, tuples.anchors);
    const at::Tensor positives = input.embeddings.index_select(0, tuples.positives);
    const at::Tensor negatives = input.embeddings.index_select(0, tuples.negatives);
    facet::LossGroup group;
    group.name = "triplet";
    group.elements =
        at::relu(Distance(anchors, positives) - Distance(anchors, negatives) + options_.margin);
    group.reduction = options_.reduction == "mean"  ? facet::Reduction::kMean
                      : options_.reduction == "sum" ? facet::Reduction::kSum
                                                    : facet::Reduction::kMeanNonZero;
    return std::vector<facet::LossGroup>{std::move(group)};
  }

 private:
  // Row by row: [T, D], [T, D] -> [T]. The gradient of the distance at 0 is taken as 0.
  at::Tensor Distance(const at::Tensor& x, const at::Tensor& y) const {
    const at::Tensor difference = x - y;
    if (options_.distance == "l2") return at::norm(difference, 2, {1});
    return at::sum(at::square(difference), {1});
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, Triplet, Options, "triplet",
             "hinge on the difference of two distances, with a margin",
             "Parkhi et al. 2015, section 4.4; Schroff et al., arXiv:1503.03832")
