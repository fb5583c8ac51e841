// Sub-center ArcFace: ArcFace with K centres per class. An embedding is compared with the nearest
// centre of each class, so that wrong or hard images can gather around a centre of their own:
//   cos(theta_j) = max over k of cos(x, w_jk), then as ArcFace.
// Deng et al., "Sub-center ArcFace: Boosting Face Recognition by Large-scale Noisy Web Faces",
// ECCV 2020, section 3.
//
// In:  embeddings [N, D], of any length: only directions count; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes * K, D], the K centres of a class one after the other. Scores() are
// s cos(theta_j). It starts at N(0, 0.01^2) and decays, as in InsightFace.
// Beyond theta_y = pi - m the logit of the own class is s (cos(theta_y) - m sin(m)): see arcface.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "subcenter_arcface", sub_centers = 3 }
#include "plugins/losses/class_weights.h"
#include "plugins/losses/margin_softmax.h"

namespace {

struct Options {
  int64_t sub_centers = 3;
  double margin_rad = 0.5;
  double scale = 64.0;
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("sub_centers", sub_centers, facet::Range(1, 64), "K, centres per class; paper: 3");
    v("margin_rad", margin_rad, facet::Range(0, 1.6), "additive angular margin m [rad]; paper");
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, the length of rescaled embeddings; paper");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class SubcenterArcFace final : public facet::MarginSoftmax {
 public:
  explicit SubcenterArcFace(const Options& options)
      : MarginSoftmax({"subcenter_arcface", options.init, options.scale,
                       facet::MarginSoftmaxOptions::Factor::kScale, options.sub_centers}),
        margin_rad_(options.margin_rad) {}

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor&) override {
    return facet::ArcFaceMargin(cosines, margin_rad_);
  }

 private:
  const double margin_rad_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, SubcenterArcFace, Options, "subcenter_arcface",
             "ArcFace with several centres per class", "Deng et al., ECCV 2020, section 3")
