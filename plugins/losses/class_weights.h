// What losses with one learned vector per class share: drawing the vectors, checking what comes in,
// and directions of vectors that may be zero.
#ifndef FACET_PLUGINS_LOSSES_CLASS_WEIGHTS_H_
#define FACET_PLUGINS_LOSSES_CLASS_WEIGHTS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/api/loss.h"

namespace facet {

// The option `init` of such losses: names of standard deviations.
//   gaussian  0.01          Parkhi et al. 2015, section 4.2
//   kaiming   sqrt(2 / D)   He et al., arXiv:1502.01852
//   normal    1
// Where only directions count, the length still sets how fast they turn: a step's turn is
// proportional to 1 / length^2.
Constraint WeightInit();
double WeightDeviation(const std::string& init, int64_t dimension);

// [rows, dimension] float32 from N(0, deviation^2), drawn row by row, a leaf with a gradient.
at::Tensor DrawWeights(int64_t rows, int64_t dimension, double deviation, uint64_t seed);

// InvalidArgument if there are fewer than two classes: nothing is to be told apart.
absl::Status CheckClasses(const std::string& loss, int64_t num_classes);

// InvalidArgument unless embeddings are [N, dimension] and labels N numbers in [0, num_classes).
absl::Status CheckClassInput(const std::string& loss, const LossInput& input, int64_t dimension,
                             int64_t num_classes);

// float64 as it is, everything else as float32: exponentials need it.
at::Tensor AtLeastFloat(const at::Tensor& x);

// The rows of x [N, D] at unit length. A zero row has no direction: it stays zero, and no gradient
// flows through it.
at::Tensor Directions(const at::Tensor& x);

// [N, num_classes], true where the column is the row's label.
at::Tensor OwnClass(const at::Tensor& labels, int64_t num_classes);
// Of each row its own class: scores [N, C], OwnClass() -> [N]; and the scores with those replaced.
// Not gather() and scatter(), whose gradients LibTorch refuses on a GPU where algorithms are to be
// deterministic.
at::Tensor OwnScores(const at::Tensor& scores, const at::Tensor& own_class);
at::Tensor WithOwnScores(const at::Tensor& scores, const at::Tensor& own_class,
                         const at::Tensor& own);

// -log softmax(scores)[label]: [N, C], [N] -> [N].
at::Tensor LogLosses(const at::Tensor& scores, const at::Tensor& labels);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_CLASS_WEIGHTS_H_
