// Triplet loss, Parkhi et al. 2015, section 4.4:
//   E = sum over triplets (a, p, n) of max{0, margin - d(a, n) + d(a, p)}.
//
// In:  embeddings [N, D], used as they are (the paper's W' is applied to l2-normalised descriptors
//      and its result is not normalised again) or normalised here (FaceNet); triplets, or without
//      a miner every triplet of the batch.
// Out: one group, one element per triplet; one given twice counts twice.
// d is the squared L2 distance (paper) or the distance itself. The paper's E is a sum; here the
// default is the mean over the triplets of a step, which has the same minimiser and the gradient
// of one triplet in size: a learning rate then means the same whatever the batch, and the paper's
// fixed rate of 0.25 is stable. `sum` is the paper's form to the letter, `mean_nonzero` averages
// over the violating triplets alone. `swap` takes the nearer of d(a, n) and d(p, n) (Balntas et
// al., BMVC 2016); `smooth` takes log(1 + e^x) for max{0, x} (Hermans et al., arXiv:1703.07737).
// Errors: InvalidArgument if shapes do not fit or the tuples are no triplets.
// Example:  loss = { use = "triplet", margin = 0.2 }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/distances/row_distances.h"
#include "plugins/losses/pair_matrix.h"
#include "plugins/losses/triplet_terms.h"

namespace {

constexpr int64_t kFewTriplets = 4;  // for each image: up to so many are measured one by one

struct Options {
  double margin = 0.2;
  std::string distance = "squared_l2";
  std::string reduction = "mean";
  bool normalize = false;
  bool swap = false;
  bool smooth = false;

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::AtLeast(0),
      "alpha, in units of the distance; the paper gives no value, 0.2 is FaceNet's");
    v("distance", distance, facet::OneOf({"squared_l2", "l2"}), "squared_l2: paper");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero", "sum"}),
      "over the triplets of a step; sum: paper");
    v("normalize", normalize, facet::Any(), "embeddings are normalised first; false: paper");
    v("swap", swap, facet::Any(), "the negative's distance is that to the nearer of a and p");
    v("smooth", smooth, facet::Any(), "softplus instead of the hinge");
  }
};

class Triplet final : public facet::AnchorLoss {
 public:
  explicit Triplet(const Options& options) : options_(options) {}

  facet::TupleKind takes() const override { return facet::TupleKind::kTriplets; }

  bool needs_miner() const override { return false; }

  absl::StatusOr<std::vector<facet::LossGroup>> ComputeAnchors(const facet::LossInput& input,
                                                               int64_t num_anchors) override {
    if (input.tuples != nullptr && input.tuples->kind != facet::TupleKind::kTriplets) {
      return absl::InvalidArgumentError(
          absl::StrCat("triplet takes triplets, it was given ",
                       std::string(facet::TupleKindName(input.tuples->kind))));
    }
    if (input.embeddings.dim() != 2 || input.labels.numel() != input.embeddings.size(0)) {
      return absl::InvalidArgumentError("triplet needs embeddings [N, D] and labels [N]");
    }
    at::Tensor x = facet::AtLeastFloat(input.embeddings);
    if (options_.normalize) x = facet::UnitRowsOfAnyLength(x);
    const at::Tensor costs = input.tuples == nullptr
                                 ? OfBatch(x, input.labels, num_anchors)
                                 : Costs(OfTriplets(x, *input.tuples, num_anchors));
    return facet::OneGroup("triplet", costs, facet::ReductionNamed(options_.reduction));
  }

 private:
  // d(a, p) - d(a, n) of the given triplets, [T].
  at::Tensor OfTriplets(const at::Tensor& x, const facet::Tuples& tuples,
                        int64_t num_anchors) const {
    if (tuples.anchors.numel() > kFewTriplets * x.size(0)) {
      return OfManyTriplets(x, tuples, num_anchors);
    }
    const auto between = [&](const at::Tensor& i, const at::Tensor& j) {
      return facet::PairedDistances(x, i, j, options_.distance == "squared_l2");
    };
    at::Tensor to_negative = between(tuples.anchors, tuples.negatives);
    if (options_.swap) {
      to_negative = at::minimum(to_negative, between(tuples.positives, tuples.negatives));
    }
    return between(tuples.anchors, tuples.positives) - to_negative;
  }

  // The same from the distances of all: what it gathers are numbers, not embeddings.
  at::Tensor OfManyTriplets(const at::Tensor& x, const facet::Tuples& tuples,
                            int64_t num_anchors) const {
    const int64_t size = x.size(0);
    const at::Tensor d = facet::AnchorDistances(x, options_.swap ? size : num_anchors,
                                                options_.distance == "squared_l2")
                             .reshape({-1});
    const auto between = [&](const at::Tensor& i, const at::Tensor& j) {
      return d.index_select(0, i * size + j);
    };
    at::Tensor to_negative = between(tuples.anchors, tuples.negatives);
    if (options_.swap) {
      to_negative = at::minimum(to_negative, between(tuples.positives, tuples.negatives));
    }
    return between(tuples.anchors, tuples.positives) - to_negative;
  }

  at::Tensor Costs(const at::Tensor& differences) const {
    const at::Tensor excess = differences + options_.margin;
    return options_.smooth ? facet::Softplus(excess) : at::relu(excess);
  }

  // The costs of every triplet of the batch that begins with an anchor, from the distances of its
  // rows.
  at::Tensor OfBatch(const at::Tensor& x, const at::Tensor& labels, int64_t num_anchors) const {
    const bool squared = options_.distance == "squared_l2";
    if (options_.swap) {  // from positives too, of which some may be no anchors
      return Costs(OfSwapped(facet::AnchorDistances(x, x.size(0), squared), labels, num_anchors));
    }
    const at::Tensor d = facet::AnchorDistances(x, num_anchors, squared);
    if (!options_.smooth) return facet::TripletHinges(d, labels, options_.margin);
    return facet::Softplus(facet::TripletDifferences(d, labels) + options_.margin);
  }

  // d(a, p) - min(d(a, n), d(p, n)) of the same, from all distances [N, N]: a matrix of positive
  // pairs by rows, of which the negatives are taken.
  static at::Tensor OfSwapped(const at::Tensor& d, const at::Tensor& labels, int64_t num_anchors) {
    const at::Tensor same = labels.narrow(0, 0, num_anchors).unsqueeze(1).eq(labels.unsqueeze(0));
    const auto [a, p] = facet::PlacesOf(same.clone().fill_diagonal_(0));
    const at::Tensor to_positive = d.reshape({-1}).index_select(0, a * d.size(1) + p);
    const at::Tensor to_negative = at::minimum(d.index_select(0, a), d.index_select(0, p));
    return (to_positive.unsqueeze(1) - to_negative)
        .masked_select(same.logical_not().index_select(0, a));
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, Triplet, Options, "triplet",
             "hinge on the difference of two distances, with a margin",
             "Parkhi et al. 2015, section 4.4; Schroff et al., arXiv:1503.03832")
