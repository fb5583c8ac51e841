// CosFace, the large margin cosine loss: softmax log-loss with the logits
//   s (cos(theta_y) - m) for the own class, s cos(theta_j) for the others.
// Wang et al., "CosFace: Large Margin Cosine Loss for Deep Face Recognition", arXiv:1801.09414,
// equation 4; the same as AM-softmax, Wang et al., arXiv:1801.05599.
//
// In:  embeddings [N, D], of any length: only directions count; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], of which the directions count. Scores() are s cos(theta_j).
// It starts at N(0, 0.01^2) and decays, as in InsightFace's CosFace; the paper leaves it open, the
// program of AM-softmax has "xavier".
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "cosface", margin = 0.35, scale = 64.0 }
#include <ATen/ATen.h>

#include "plugins/losses/class_weights.h"
#include "plugins/losses/margin_softmax.h"

namespace {

struct Options {
  double margin = 0.35;
  double scale = 64.0;
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Range(0, 2), "m, taken from the cosine; paper");
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, the length of rescaled embeddings; paper");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class CosFace final : public facet::MarginSoftmax {
 public:
  explicit CosFace(const Options& options)
      : MarginSoftmax({"cosface", options.init, options.scale}), margin_(options.margin) {}

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor&) override {
    return cosines - margin_;
  }

 private:
  const double margin_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, CosFace, Options, "cosface", "softmax with a margin on the cosine",
             "Wang et al., arXiv:1801.09414, equation 4")
