// What losses with one learned vector per class share: drawing the vectors, checking what comes in,
// and cosines to them.
#ifndef FACET_PLUGINS_LOSSES_CLASS_WEIGHTS_H_
#define FACET_PLUGINS_LOSSES_CLASS_WEIGHTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/api/loss.h"
#include "plugins/losses/at_least_float.h"

namespace facet {

// The option `init` of such losses: how their vectors begin, [C, D] with one or more rows a class.
//   gaussian         N(0, 0.01^2)                       Parkhi et al. 2015, section 4.2; InsightFace
//   unit             length 1 in a uniform direction    NormFace, AdaFace
//   xavier           uniform, of variance 1 / D         Caffe's filler of that name
//   kaiming          N(0, 2 / D)                        He et al., arXiv:1502.01852; Caffe's msra
//   kaiming_fan_out  N(0, 2 / C)                        Proxy-Anchor
//   normal           N(0, 1)                            pytorch-metric-learning
// Where only directions count, the length still sets how fast they turn: under SGD a step's turn is
// proportional to 1 / length^2, under Adam to 1 / length. Rows of N(0, 1) have the length sqrt(D)
// and hardly turn.
Constraint WeightInit();
const char* WeightInitDoc();  // of the option

// float32, drawn row by row, without a gradient. `init`: as above.
at::Tensor DrawVectors(int64_t rows, int64_t dimension, const std::string& init, uint64_t seed);
// The same as a leaf with a gradient.
at::Tensor DrawWeights(int64_t rows, int64_t dimension, const std::string& init, uint64_t seed);

// W x + b of learned weights and biases, which begin at 0.
class LinearClassifier {
 public:
  // `init` as WeightInit().
  void Draw(int64_t num_classes, int64_t dimension, const std::string& init, uint64_t seed);

  int64_t num_classes() const { return weight_.size(0); }  // after Draw()
  int64_t dimension() const { return weight_.size(1); }
  // [N, D] of any floating type -> [N, classes], float32 or float64.
  at::Tensor Scores(const at::Tensor& embeddings) const;
  // weight [classes, D] and bias [classes].
  std::vector<NamedTensor> Parameters() const { return {{"weight", weight_}, {"bias", bias_}}; }

 private:
  at::Tensor weight_, bias_;
};

// InvalidArgument if there are fewer than two classes: nothing is to be told apart.
absl::Status CheckClasses(const std::string& loss, int64_t num_classes);

// InvalidArgument unless embeddings are [N, dimension] and labels N numbers in [0, num_classes).
absl::Status CheckClassInput(const std::string& loss, const LossInput& input, int64_t dimension,
                             int64_t num_classes);

// Between the rows of x [N, D], float32 or float64, and those of `weights` [C, D], of any floating
// type: [N, C]. With a zero row (UnitRows()) they are 0.
at::Tensor Cosines(const at::Tensor& x, const at::Tensor& weights);

// Of each row its own class: scores [N, C], labels [N] -> [N]; and that entry replaced in place. Both
// touch N entries and make no mask [N, C]. By index() and index_put_(), not gather() and scatter(),
// whose gradients LibTorch refuses on a GPU where algorithms are to be deterministic.
at::Tensor OwnScores(const at::Tensor& scores, const at::Tensor& labels);
void SetOwnScores(at::Tensor& scores, const at::Tensor& labels, const at::Tensor& own);

// -log softmax(scores)[label]: [N, C], [N] -> [N].
at::Tensor LogLosses(const at::Tensor& scores, const at::Tensor& labels);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_CLASS_WEIGHTS_H_
