// ArcFace, the additive angular margin: softmax log-loss with the logits
//   s cos(theta_y + m) for the own class, s cos(theta_j) for the others.
// Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition",
// arXiv:1801.07698, equation 3.
//
// In:  embeddings [N, D], of any length: only directions count; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], of which the directions count. Scores() are s cos(theta_j).
// It starts at N(0, 0.01^2) and decays, as in InsightFace; pytorch-metric-learning starts at N(0, 1).
// Beyond theta_y = pi - m cos(theta + m) would rise again and reward what is farthest off: there
// the logit is s (cos(theta_y) - m sin(m)), as in pytorch-metric-learning; the paper leaves it
// open. Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2
// classes. Example:  loss = { use = "arcface", margin_rad = 0.5, scale = 64.0 }
#include "plugins/losses/class_weights.h"
#include "plugins/losses/margin_softmax.h"

namespace {

struct Options {
  double margin_rad = 0.5;
  double scale = 64.0;
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("margin_rad", margin_rad, facet::Range(0, 1.6), "additive angular margin m [rad]; paper");
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, the length of rescaled embeddings; paper");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class ArcFace final : public facet::MarginSoftmax {
 public:
  explicit ArcFace(const Options& options)
      : MarginSoftmax({"arcface", options.init, options.scale}), margin_rad_(options.margin_rad) {}

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor&) override {
    return facet::ArcFaceMargin(cosines, margin_rad_);
  }

 private:
  const double margin_rad_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, ArcFace, Options, "arcface", "softmax with an additive angular margin",
             "Deng et al., arXiv:1801.07698, equation 3")
