// Proxy-NCA: neighbourhood components analysis against one learned proxy per class. With d the
// Euclidean distance of unit vectors,
//   -log( e^{-s d(x, p_y)^2} / sum over proxies j of e^{-s d(x, p_j)^2} ).
// Movshovitz-Attias et al., "No Fuss Distance Metric Learning using Proxies", arXiv:1703.07464,
// section 3.
//
// In:  embeddings [N, D], of any length: only directions count; labels [N] in [0, classes).
// Out: one group, the loss per element [N], averaged.
// Learns proxies [classes, D], of which the directions count. Scores() are -s d(x, p_j)^2. They
// start at length 1, the one length that the paper gives all proxies; pytorch-metric-learning starts
// at N(0, 1).
// In the paper the sum leaves out the own proxy, so that the loss is unbounded below; with
// denominator = "all" it is a probability, as in pytorch-metric-learning and Proxy-NCA++.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "proxy_nca", scale = 1.0 }
#include <ATen/ATen.h>

#include <limits>

#include "plugins/losses/class_weights.h"

namespace {

struct Options {
  double scale = 1.0;
  std::string denominator = "all";
  std::string init = "unit";

  void Visit(facet::OptionVisitor& v) {
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, of the squared distances; paper: 1");
    v("denominator", denominator, facet::OneOf({"all", "others"}),
      "proxies in the sum: all, or those of other classes (paper)");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class ProxyNca final : public facet::Loss {
 public:
  explicit ProxyNca(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    FACET_RETURN_IF_ERROR(facet::CheckClasses("proxy_nca", num_classes));
    proxies_ = facet::DrawWeights(num_classes, dimension, options_.init, seed);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    FACET_CHECK(proxies_.defined());
    FACET_RETURN_IF_ERROR(
        facet::CheckClassInput("proxy_nca", input, proxies_.size(1), proxies_.size(0)));
    at::Tensor scores = *Scores(input.embeddings);
    const at::Tensor own = facet::OwnScores(scores, input.labels);
    if (options_.denominator == "others") {
      const double left_out = -std::numeric_limits<double>::infinity();
      facet::SetOwnScores(scores, input.labels, at::full_like(own, left_out));
    }
    facet::LossGroup group;
    group.name = "proxy_nca";
    group.elements = at::logsumexp(scores, {1}) - own;
    return std::vector<facet::LossGroup>{std::move(group)};
  }

  // |a - b|^2 = 2 - 2 cos for unit vectors; a zero vector is equally far from all proxies either
  // way.
  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    at::Tensor scores = facet::Cosines(facet::AtLeastFloat(embeddings), proxies_);
    return scores.mul_(2.0).sub_(2.0).mul_(options_.scale);
  }

  std::vector<facet::NamedTensor> Parameters() override { return {{"proxies", proxies_}}; }

 private:
  const Options options_;
  at::Tensor proxies_;  // [classes, D]
};

}  // namespace

FACET_PLUGIN(facet::Loss, ProxyNca, Options, "proxy_nca",
             "softmax of squared distances to one learned proxy per class",
             "Movshovitz-Attias et al., arXiv:1703.07464, section 3")
