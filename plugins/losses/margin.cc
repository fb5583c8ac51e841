// Margin-based loss, Wu et al., ICCV 2017, section 3.4: a pair at distance d costs
//   max(0, alpha + y (d - beta)),  y = 1 for a positive pair and -1 for a negative one,
// where the boundary beta is learned: one for each class (the anchor's counts), or one for all.
//
// In:  embeddings [N, D], normalised here (paper); labels [N] in [0, classes); pairs, or without a
//      miner every pair of the batch (the paper samples them by distance).
// Out: "margin", one element per ordered pair, averaged over those above 0 as in the authors'
//      program; with nu > 0 also "beta", nu times each pair's beta over the same count: the paper's
//      regulariser, which draws the boundaries inwards.
// Learns: beta [classes] or [1].
// A pair given twice counts once.
// Errors: InvalidArgument if shapes, indices or labels do not fit.
// Example:  loss = { use = "margin", alpha = 0.2, beta = 1.2, beta_per = "class" }
#include <ATen/ATen.h>

#include "core/api/loss.h"
#include "plugins/losses/label_range.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  double alpha = 0.2;
  double beta = 1.2;
  std::string beta_per = "class";
  double nu = 0.0;

  void Visit(facet::OptionVisitor& v) {
    v("alpha", alpha, facet::AtLeast(0), "half-width of the margin, in l2 distance; paper");
    v("beta", beta, facet::Range(0, 2), "the boundary's first value, in l2 distance; paper");
    v("beta_per", beta_per, facet::OneOf({"class", "all"}),
      "a boundary for each class, or one for all; class: paper");
    v("nu", nu, facet::AtLeast(0), "weight of the boundaries' regulariser; 0: authors' program");
  }
};

class Margin final : public facet::PairLoss {
 public:
  explicit Margin(const Options& options) : PairLoss(/*normalize=*/true), options_(options) {}

  absl::Status Initialize(int64_t, int64_t num_classes, uint64_t) override {
    if (num_classes < 1) return absl::InvalidArgumentError("margin needs at least one identity");
    beta_ = at::full({PerClass() ? num_classes : 1}, options_.beta, at::kFloat);
    beta_.requires_grad_(true);
    num_classes_ = num_classes;
    return absl::OkStatus();
  }

  std::vector<facet::NamedTensor> Parameters() override {
    return {{"beta", beta_, /*decays=*/false}};
  }

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor& labels) override {
    FACET_CHECK(beta_.defined());
    FACET_RETURN_IF_ERROR(CheckLabels(labels));
    const at::Tensor d = facet::Distances(batch);
    const at::Tensor beta = BetaOf(labels, d);
    const at::Tensor hinge = at::cat(facet::TakeTerms(
        d - beta, {facet::HingesOf(batch.positive, 1, -options_.alpha, /*squared=*/false),
                   facet::HingesOf(batch.negative, -1, options_.alpha, /*squared=*/false)}));
    std::vector<facet::LossGroup> groups =
        facet::OneGroup("margin", hinge, facet::Reduction::kMeanNonZero);
    if (options_.nu > 0) {
      const at::Tensor of_pairs = beta.masked_select(batch.positive.logical_or(batch.negative));
      const at::Tensor active = hinge.detach().gt(0).sum().clamp_min(1);
      groups.push_back(
          facet::OneGroup("beta", options_.nu * of_pairs / active, facet::Reduction::kSum)[0]);
    }
    return groups;
  }

 private:
  bool PerClass() const { return options_.beta_per == "class"; }

  absl::Status CheckLabels(const at::Tensor& labels) const {
    const std::optional<int64_t> outside = facet::LabelOutside(labels, num_classes_);
    if (!outside) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("label ", *outside, " is outside [0, ", num_classes_, ")"));
  }

  // The anchor's boundary for every pair, [A, N].
  at::Tensor BetaOf(const at::Tensor& labels, const at::Tensor& distances) const {
    const at::Tensor beta = beta_.to(distances.scalar_type());
    const at::Tensor of_anchors = labels.narrow(0, 0, distances.size(0));
    const at::Tensor rows = PerClass() ? beta.index_select(0, of_anchors) : beta;
    return rows.unsqueeze(1).expand_as(distances);
  }

  const Options options_;
  at::Tensor beta_;
  int64_t num_classes_ = 0;
};

}  // namespace

FACET_PLUGIN(facet::Loss, Margin, Options, "margin",
             "pairs inside or outside a learned distance, with a margin", "Wu et al., ICCV 2017")
