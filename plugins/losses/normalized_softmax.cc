// Softmax log-loss of cosines: the logits are s cos(theta_j), without a margin.
// Wang et al., "NormFace: L2 Hypersphere Embedding for Face Verification", arXiv:1704.06369,
// section 3. It is what ArcFace and CosFace are with a margin of 0, and their baseline.
//
// In:  embeddings [N, D], of any length: only directions count; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], of which the directions count. Scores() are s cos(theta_j).
// It starts at length 1 and does not decay, as in the authors' program.
// s is fixed; NormFace learns it or bounds it from below.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "normalized_softmax", scale = 64.0 }
#include <ATen/ATen.h>

#include "plugins/losses/class_weights.h"
#include "plugins/losses/margin_softmax.h"

namespace {

struct Options {
  double scale = 64.0;
  std::string init = "unit";

  void Visit(facet::OptionVisitor& v) {
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, one over the temperature; as ArcFace");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class NormalizedSoftmax final : public facet::MarginSoftmax {
 public:
  explicit NormalizedSoftmax(const Options& options)
      : MarginSoftmax({"normalized_softmax", options.init, options.scale,
                       facet::MarginSoftmaxOptions::Factor::kScale, /*centers_per_class=*/1,
                       /*decays=*/false}) {}

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor&) override { return cosines; }
};

}  // namespace

FACET_PLUGIN(facet::Loss, NormalizedSoftmax, Options, "normalized_softmax",
             "softmax of cosines, without a margin", "Wang et al., arXiv:1704.06369, section 3")
