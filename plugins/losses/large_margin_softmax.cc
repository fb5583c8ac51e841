// Large-margin softmax (L-Softmax): softmax log-loss with the logits
//   s |w_y| |x| psi(theta_y) for the own class, s |w_j| |x| cos(theta_j) for the others,
//   psi(theta) = (-1)^k cos(m theta) - 2k, k = floor(m theta / pi).
// Liu et al., "Large-Margin Softmax Loss for Convolutional Neural Networks", arXiv:1612.02295,
// equations 4 to 6. SphereFace is the same with weights of length 1.
//
// In:  embeddings [N, D], whose length |x| is part of the logits; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D]. Scores() are s |w_j| |x| cos(theta_j), the plain s w_j x.
// psi is steep and does not converge from scratch on many classes. The authors replace it by
// (lambda cos(theta) + psi(theta)) / (1 + lambda) and lower lambda in training (their section
// 5.1); here `lambda` is one value for all steps.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "large_margin_softmax", margin = 2, lambda = 5.0 }
#include <ATen/ATen.h>

#include "plugins/support/class_weights.h"
#include "plugins/support/margin_softmax.h"

namespace {

struct Options {
  int64_t margin = 4;
  double scale = 1.0;
  double lambda = 0.0;
  std::string init = "kaiming";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Range(1, 10), "m, an integer that multiplies the angle; paper");
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, a factor of all logits; paper: 1");
    v("lambda", lambda, facet::AtLeast(0), "weight of cos(theta) against psi's 1; 0: psi alone");
    v("init", init, facet::WeightInit(), "weights from N(0, sigma^2): 0.01, sqrt(2 / D) or 1");
  }
};

class LargeMarginSoftmax final : public facet::MarginSoftmax {
 public:
  explicit LargeMarginSoftmax(const Options& options)
      : MarginSoftmax({"large_margin_softmax", options.init, options.scale,
                       facet::MarginSoftmaxOptions::Factor::kEmbeddingAndWeightNorm}),
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

FACET_PLUGIN(facet::Loss, LargeMarginSoftmax, Options, "large_margin_softmax",
             "softmax of inner products with a multiplicative angular margin",
             "Liu et al., arXiv:1612.02295, equations 4 to 6")
