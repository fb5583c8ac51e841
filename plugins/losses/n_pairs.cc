// N-pair loss, Sohn, NIPS 2016, equation 5: N pairs (a_i, p_i) of N different classes,
//   log(1 + sum_{j != i} e^{a_i . p_j - a_i . p_i}) per pair, by inner products,
// and a weight on the embeddings' squared norms, which inner products would let grow.
//
// In:  embeddings [N, D], not normalised; pairs, or without a miner the batch's labels.
// Out: "n_pairs", one element per class that has a positive pair; "l2", l2_weight |x|^2 per
//      embedding in a pair.
// Of each class the first positive pair in order of the rows is taken, and the negatives are the
// other pairs' second elements (paper): batches of two images per class lose nothing. With
// pairs = "all" every ordered positive pair is one, against all negatives of its first element.
// A pair given twice counts once.
// Errors: InvalidArgument if shapes or indices do not fit.
// Example:  loss = { use = "n_pairs", l2_weight = 0.001 }
#include <ATen/ATen.h>

#include <set>

#include "core/api/loss.h"
#include "plugins/losses/pair_matrix.h"

namespace {

struct Options {
  std::string pairs = "one_per_class";
  double l2_weight = 0.001;

  void Visit(facet::OptionVisitor& v) {
    v("pairs", pairs, facet::OneOf({"one_per_class", "all"}), "one_per_class: paper");
    v("l2_weight", l2_weight, facet::AtLeast(0),
      "of the mean squared norm; 0.001: TensorFlow's npairs_loss (0.002, halved there)");
  }
};

class NPairs final : public facet::PairLoss {
 public:
  explicit NPairs(const Options& options) : PairLoss(/*normalize=*/false), options_(options) {}

 protected:
  absl::StatusOr<std::vector<facet::LossGroup>> OfPairs(const facet::PairBatch& batch,
                                                        const at::Tensor& labels) override {
    return options_.pairs == "all" ? AllPairs(batch) : OnePerClass(batch, labels);
  }

 private:
  std::vector<facet::LossGroup> OnePerClass(const facet::PairBatch& batch,
                                            const at::Tensor& labels) const {
    const at::Tensor pairs = batch.positive.nonzero().cpu().contiguous();  // in order of the rows
    const at::Tensor label = labels.cpu().contiguous();
    const int64_t* const pair = pairs.data_ptr<int64_t>();
    std::set<int64_t> seen;
    std::vector<int64_t> first, second;
    for (int64_t i = 0; i < pairs.size(0); ++i) {
      if (!seen.insert(label.data_ptr<int64_t>()[pair[2 * i]]).second) continue;
      first.push_back(pair[2 * i]);
      second.push_back(pair[2 * i + 1]);
    }
    const at::Tensor a = batch.embeddings.index_select(0, at::tensor(first, labels.options()));
    const at::Tensor p = batch.embeddings.index_select(0, at::tensor(second, labels.options()));
    const at::Tensor scores = a.mm(p.t());
    const at::Tensor all = facet::MaskedLogSumExp(scores, at::ones_like(scores, at::kBool));
    return Groups(all - scores.diagonal(), at::cat({a, p}));
  }

  std::vector<facet::LossGroup> AllPairs(const facet::PairBatch& batch) const {
    const std::vector<at::Tensor> terms = facet::TakeTermsOfProducts(
        batch, {facet::LogSumExpOf(batch.negative), facet::EntriesOf(batch.positive)});
    const at::Tensor n = terms[0].index_select(0, facet::PlacesOf(batch.positive).first);
    at::Tensor used = batch.positive.any(0);
    used.narrow(0, 0, batch.anchors.size(0)).logical_or_(batch.positive.any(1));
    return Groups(facet::Softplus(n - terms[1]),
                  batch.embeddings.index_select(0, used.nonzero().view({-1})));
  }

  std::vector<facet::LossGroup> Groups(const at::Tensor& elements, const at::Tensor& used) const {
    std::vector<facet::LossGroup> groups =
        facet::OneGroup("n_pairs", elements, facet::Reduction::kMean);
    if (options_.l2_weight > 0) {
      groups.push_back(facet::OneGroup("l2", options_.l2_weight * at::square(used).sum(1),
                                       facet::Reduction::kMean)[0]);
    }
    return groups;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, NPairs, Options, "n_pairs",
             "each class's pair against the other classes' pairs, by inner products",
             "Sohn, NIPS 2016")
