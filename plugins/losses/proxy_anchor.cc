// Proxy-Anchor: one learned proxy per class is the anchor of all elements of the batch. With s the
// cosine, B_j the batch's elements of class j and R_j the rest,
//   positive: mean over the classes j of the batch of log(1 + sum over x in B_j of
//             e^{-alpha (s(x, p_j) - delta)}),
//   negative: mean over all classes j of log(1 + sum over x in R_j of e^{alpha (s(x, p_j) +
//   delta)}).
// Kim et al., "Proxy Anchor Loss for Deep Metric Learning", CVPR 2020, arXiv:2003.13911,
// equation 4.
//
// In:  embeddings [N, D], of any length: only directions count; labels [N] in [0, classes).
// Out: two groups, one element per proxy: positive [classes in the batch], negative [classes].
// Learns proxies [classes, D], of which the directions count. Scores() are the cosines. They start at
// N(0, 2 / classes) and decay, as in the authors' program, which gives them 100 times the network's
// rate: train.groups with a rate_factor.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "proxy_anchor", alpha = 32.0, delta = 0.1 }
#include <ATen/ATen.h>

#include <limits>

#include "plugins/losses/class_weights.h"

namespace {

struct Options {
  double alpha = 32.0;
  double delta = 0.1;
  std::string init = "kaiming_fan_out";

  void Visit(facet::OptionVisitor& v) {
    v("alpha", alpha, facet::AboveUpTo(0, 1000), "scale of the cosines; paper");
    v("delta", delta, facet::Range(0, 2), "margin on the cosine; paper");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

constexpr double kLeftOut = -std::numeric_limits<double>::infinity();

// log(1 + sum of e^terms) over the rows: [N, C] -> [C].
at::Tensor SoftCount(const at::Tensor& terms) {
  const at::Tensor one = at::zeros({1, terms.size(1)}, terms.options());  // e^0
  return at::logsumexp(at::cat({terms, one}), {0});
}

class ProxyAnchor final : public facet::Loss {
 public:
  explicit ProxyAnchor(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    FACET_RETURN_IF_ERROR(facet::CheckClasses("proxy_anchor", num_classes));
    proxies_ = facet::DrawWeights(num_classes, dimension, options_.init, seed);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    FACET_CHECK(proxies_.defined());
    FACET_RETURN_IF_ERROR(
        facet::CheckClassInput("proxy_anchor", input, proxies_.size(1), proxies_.size(0)));
    const at::Tensor cosines = *Scores(input.embeddings);
    const at::Tensor own = facet::OwnScores(cosines, input.labels);
    facet::LossGroup positive, negative;
    positive.name = "positive";
    positive.elements =
        SoftCount(OfClasses(-options_.alpha * (own - options_.delta), input.labels));
    negative.name = "negative";
    at::Tensor rest = options_.alpha * (cosines + options_.delta);
    facet::SetOwnScores(rest, input.labels, at::full_like(own, kLeftOut));
    negative.elements = SoftCount(rest);
    return std::vector<facet::LossGroup>{std::move(positive), std::move(negative)};
  }

  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    return facet::Cosines(facet::AtLeastFloat(embeddings), proxies_);
  }

  std::vector<facet::NamedTensor> Parameters() override { return {{"proxies", proxies_}}; }

 private:
  // [N] -> [N, classes in the batch]: in each column the terms of one class, the rest left out.
  static at::Tensor OfClasses(const at::Tensor& terms, const at::Tensor& labels) {
    const auto [classes, place, count] = at::unique_dim(labels, 0, true, /*return_inverse=*/true);
    const at::Tensor columns = at::arange(classes.numel(), labels.options());
    return at::where(place.unsqueeze(1).eq(columns.unsqueeze(0)), terms.unsqueeze(1),
                     at::full({}, kLeftOut, terms.options()));
  }

  const Options options_;
  at::Tensor proxies_;  // [classes, D]
};

}  // namespace

FACET_PLUGIN(facet::Loss, ProxyAnchor, Options, "proxy_anchor",
             "each class's proxy against all embeddings of the batch, soft hardest first",
             "Kim et al., arXiv:2003.13911, equation 4")
