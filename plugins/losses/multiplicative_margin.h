// The multiplicative angular margin of SphereFace and L-Softmax, with its annealing.
//
// psi(theta) = (-1)^k cos(m theta) - 2k (margin_softmax.h) is steep and does not learn from scratch
// on many classes. The authors of both replace it by (lambda cos(theta) + psi(theta)) / (1 +
// lambda) and lower lambda in training:
//
//   lambda_t = max(lambda, lambda_start (1 + lambda_decay t)^-lambda_power),  t = 1 in the first step
//
// the form of both programs, whose numbers are the defaults of the two losses:
//
//                         lambda  lambda_start  lambda_decay  lambda_power
//   sphereface            5       1000          0.12          1       5 from step 1,659 on
//   large_margin_softmax  0       1000          0.000025      35      below 1 from step 8,728 on
//
// A step is one batch that the optimiser takes, whatever its size: where training is a few hundred
// steps long, the second of them hardly leaves plain softmax. lambda_start = 0: no annealing, lambda
// throughout. The steps are a buffer of the loss: a run that goes on from a checkpoint goes on here
// too; where gradients are off lambda is that of the next step, and none is counted.
#ifndef FACET_PLUGINS_LOSSES_MULTIPLICATIVE_MARGIN_H_
#define FACET_PLUGINS_LOSSES_MULTIPLICATIVE_MARGIN_H_

#include <string>
#include <vector>

#include "plugins/losses/class_weights.h"
#include "plugins/losses/margin_softmax.h"

namespace facet {

struct MultiplicativeMarginOptions {
  int64_t margin = 4;
  double scale = 1.0;
  double lambda = 0.0, lambda_start = 1000.0, lambda_decay = 0.0, lambda_power = 1.0;
  std::string init;

  void Visit(OptionVisitor& v) {
    v("margin", margin, Range(1, 10), "m, an integer that multiplies the angle; paper");
    v("scale", scale, AboveUpTo(0, 1000), "s, a factor of all logits; paper: 1");
    v("lambda", lambda, AtLeast(0),
      "weight of cos(theta) against psi's 1, with annealing its last value; 0: psi alone");
    v("lambda_start", lambda_start, AtLeast(0), "lambda before training, 0: no annealing");
    v("lambda_decay", lambda_decay, Above(0), "of the annealing [per step]");
    v("lambda_power", lambda_power, Above(0), "of the annealing: (1 + decay steps)^-power");
    v("init", init, WeightInit(), WeightInitDoc());
  }
};

class MultiplicativeMargin : public MarginSoftmax {
 public:
  MultiplicativeMargin(const std::string& loss, const MultiplicativeMarginOptions& options,
                       MarginSoftmaxOptions::Factor factor);

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override;
  std::vector<NamedTensor> Buffers() override;  // steps [1]; none without annealing

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor& norms) override;

 private:
  const MultiplicativeMarginOptions options_;
  at::Tensor steps_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_MULTIPLICATIVE_MARGIN_H_
