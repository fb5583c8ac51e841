// SphereFace, the angular softmax (A-Softmax): softmax log-loss with the logits
//   s |x| psi(theta_y) for the own class, s |x| cos(theta_j) for the others,
//   psi(theta) = (-1)^k cos(m theta) - 2k, k = floor(m theta / pi).
// Liu et al., "SphereFace: Deep Hypersphere Embedding for Face Recognition", arXiv:1704.08063,
// equation 7.
//
// In:  embeddings [N, D], whose length |x| is part of the logits; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], of which the directions count. Scores() are s |x| cos(theta_j).
// The weights start at length 1 and decay: the authors' program makes them so before each step, which
// is here left to the cosine, whose gradient is orthogonal to the weight.
// The margin and its annealing, the authors' by default: plugins/losses/multiplicative_margin.h.
// Without annealing (lambda = 0, lambda_start = 0: equation 7) it does not learn from scratch on
// many classes.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "sphereface", margin = 4 }
#include "plugins/losses/multiplicative_margin.h"

namespace {

struct Options : facet::MultiplicativeMarginOptions {
  Options() {
    lambda = 5.0;
    lambda_decay = 0.12;
    init = "unit";
  }
};

class SphereFace final : public facet::MultiplicativeMargin {
 public:
  explicit SphereFace(const Options& options)
      : MultiplicativeMargin("sphereface", options,
                             facet::MarginSoftmaxOptions::Factor::kEmbeddingNorm) {}
};

}  // namespace

FACET_PLUGIN(facet::Loss, SphereFace, Options, "sphereface",
             "softmax with a multiplicative angular margin",
             "Liu et al., arXiv:1704.08063, equation 7")
