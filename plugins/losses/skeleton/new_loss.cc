// Pairs of a batch by their cosine: those of one identity at 1, all others at most at `margin`
// (torch.nn.CosineEmbeddingLoss):
//   positive pairs: 1 - cos(x, y),   negative pairs: max(0, cos(x, y) - margin).
//
// In:  embeddings [N, D], float32 or float64, normalised here; labels [N]; a miner's pairs, or
//      without a miner every pair of the batch.
// Out: two groups, one element per pair; the loss is the sum of their means.
// Errors: InvalidArgument if shapes do not fit, or the tuples are no pairs.
// Source: Hadsell, Chopra and LeCun, CVPR 2006, with another distance.
// Example:  loss = { use = "new_loss", margin = 0.2 }
#include <ATen/ATen.h>

#include <vector>

#include "core/api/loss.h"
#include "core/api/unit_rows.h"

namespace {

using facet::LossGroup;
using facet::TupleKind;

struct Options {
  double margin = 0.2;
  std::string reduction = "mean";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Range(-1, 1), "cosine from which on a negative pair costs [1]");
    v("reduction", reduction, facet::OneOf({"mean", "mean_nonzero"}),
      "over all negative pairs of a step, or over those that cost anything");
  }
};

class NewLoss final : public facet::Loss {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kTakesTuples};
  explicit NewLoss(const Options& options) : options_(options) {}

  TupleKind takes() const override { return TupleKind::kPairs; }
  bool needs_miner() const override { return false; }

  absl::StatusOr<std::vector<LossGroup>> Compute(const facet::LossInput& input) override {
    const at::Tensor& x = input.embeddings;
    if (x.dim() != 2 || input.labels.numel() != x.size(0)) {
      return absl::InvalidArgumentError("new_loss needs embeddings [N, D] and labels [N]");
    }
    if (input.tuples != nullptr && input.tuples->kind != TupleKind::kPairs) {
      return absl::InvalidArgumentError("new_loss takes pairs");
    }
    const at::Tensor unit = facet::UnitRows(x);
    at::Tensor positive, negative;  // cosines
    if (input.tuples != nullptr) {
      positive = CosinesOf(unit, input.tuples->positive_first, input.tuples->positive_second);
      negative = CosinesOf(unit, input.tuples->negative_first, input.tuples->negative_second);
    } else {
      const at::Tensor cosines = at::matmul(unit, unit.t());
      const at::Tensor same = input.labels.unsqueeze(1).eq(input.labels.unsqueeze(0));
      positive = cosines.masked_select(same.triu(1));  // each pair once, without (i, i)
      negative = cosines.masked_select(same.logical_not().triu(1));
    }
    const facet::Reduction of_negatives =
        options_.reduction == "mean" ? facet::Reduction::kMean : facet::Reduction::kMeanNonZero;
    return std::vector<LossGroup>{{"positive", 1 - positive, facet::Reduction::kMean},
                                  {"negative", at::relu(negative - options_.margin), of_negatives}};
  }

 private:
  static at::Tensor CosinesOf(const at::Tensor& unit, const at::Tensor& first,
                              const at::Tensor& second) {
    return (unit.index_select(0, first) * unit.index_select(0, second)).sum(1);
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, NewLoss, Options, "new_loss", "hinge on the cosines of pairs",
             "Hadsell et al., CVPR 2006")
