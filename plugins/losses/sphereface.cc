// SphereFace, the angular softmax (A-Softmax): softmax log-loss with the logits
//   s |x| psi(theta_y) for the own class, s |x| cos(theta_j) for the others,
//   psi(theta) = (-1)^k cos(m theta) - 2k, k = floor(m theta / pi).
// Liu et al., "SphereFace: Deep Hypersphere Embedding for Face Recognition", arXiv:1704.08063,
// equation 7.
//
// In:  embeddings [N, D], whose length |x| is part of the logits; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], of which the directions count. Scores() are s |x| cos(theta_j).
// psi is steep and does not converge from scratch on many classes. The authors replace it by
// (lambda cos(theta) + psi(theta)) / (1 + lambda) and lower lambda from 1000 to 5 in training
// (their appendix); here `lambda` is one value for all steps.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "sphereface", margin = 4, lambda = 5.0 }
#include <ATen/ATen.h>

#include "plugins/support/class_weights.h"
#include "plugins/support/margin_softmax.h"

namespace {

struct Options {
  int64_t margin = 4;
  double scale = 1.0;
  double lambda = 0.0;
  std::string init = "normal";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Range(1, 10), "m, an integer that multiplies the angle; paper");
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, a factor of all logits; paper: 1");
    v("lambda", lambda, facet::AtLeast(0), "weight of cos(theta) against psi's 1; 0: psi alone");
    v("init", init, facet::WeightInit(), "weights from N(0, sigma^2): 0.01, sqrt(2 / D) or 1");
  }
};

class SphereFace final : public facet::MarginSoftmax {
 public:
  explicit SphereFace(const Options& options)
      : MarginSoftmax({"sphereface", options.init, options.scale,
                       facet::MarginSoftmaxOptions::Factor::kEmbeddingNorm}),
        margin_(options.margin),
        lambda_(options.lambda) {}

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor&) override {
    const at::Tensor psi = facet::MultipliedAngle(cosines, margin_);
    return (lambda_ * cosines + psi) / (1.0 + lambda_);
  }

 private:
  const int64_t margin_;
  const double lambda_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, SphereFace, Options, "sphereface",
             "softmax with a multiplicative angular margin",
             "Liu et al., arXiv:1704.08063, equation 7")
