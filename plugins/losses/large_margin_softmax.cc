// Large-margin softmax (L-Softmax): softmax log-loss with the logits
//   s |w_y| |x| psi(theta_y) for the own class, s |w_j| |x| cos(theta_j) for the others,
//   psi(theta) = (-1)^k cos(m theta) - 2k, k = floor(m theta / pi).
// Liu et al., "Large-Margin Softmax Loss for Convolutional Neural Networks", arXiv:1612.02295,
// equations 4 to 6. SphereFace is the same with weights of length 1.
//
// In:  embeddings [N, D], whose length |x| is part of the logits; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], which starts at N(0, 2 / D), as in the authors' program ("msra").
// Scores() are s |w_j| |x| cos(theta_j), the plain s w_j x.
// The margin and its annealing (their section 5.1), by default that of the authors' program, which
// ends at lambda = 0 and advises 5 or 10 for large data sets:
// plugins/losses/multiplicative_margin.h. Without annealing (lambda_start = 0) it does not learn
// from scratch on many classes.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "large_margin_softmax", margin = 2, lambda = 5.0 }
#include "plugins/losses/multiplicative_margin.h"

namespace {

struct Options : facet::MultiplicativeMarginOptions {
  Options() {
    lambda_decay = 0.000025;
    lambda_power = 35.0;
    init = "kaiming";
  }
};

class LargeMarginSoftmax final : public facet::MultiplicativeMargin {
 public:
  explicit LargeMarginSoftmax(const Options& options)
      : MultiplicativeMargin("large_margin_softmax", options,
                             facet::MarginSoftmaxOptions::Factor::kEmbeddingAndWeightNorm) {}
};

}  // namespace

FACET_PLUGIN(facet::Loss, LargeMarginSoftmax, Options, "large_margin_softmax",
             "softmax of inner products with a multiplicative angular margin",
             "Liu et al., arXiv:1612.02295, equations 4 to 6")
