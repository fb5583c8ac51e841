// Softmax losses on the angle between an embedding and its class's weight, with a margin.
//
// With cos_j the cosine between an embedding x and the weight w_j of class j (the largest one of
// its centres, where a class has several), the loss of x with label y is
//
//   -log( e^{f psi(cos_y)} / (e^{f psi(cos_y)} + sum over j != y of e^{f cos_j}) )
//
// A loss of this family derives from MarginSoftmax, says what f is and overrides psi. Scores() are
// f cos_j: no margin.
#ifndef FACET_PLUGINS_LOSSES_MARGIN_SOFTMAX_H_
#define FACET_PLUGINS_LOSSES_MARGIN_SOFTMAX_H_

#include <optional>
#include <string>
#include <vector>

#include "core/api/loss.h"

namespace facet {

struct MarginSoftmaxOptions {
  enum class Factor { kScale, kEmbeddingNorm, kEmbeddingAndWeightNorm };

  std::string loss;  // the component's name, for messages
  std::string init;  // of class_weights.h
  double scale = 1.0;
  Factor factor = Factor::kScale;  // f = scale, scale |x|, scale |x| |w_j|
  int64_t centers_per_class = 1;   // 1 with kEmbeddingAndWeightNorm
  bool decays = true;              // weight decay applies to the weights
};

class MarginSoftmax : public Loss {
 public:
  explicit MarginSoftmax(MarginSoftmaxOptions options);

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override;
  absl::StatusOr<std::vector<LossGroup>> Compute(const LossInput& input) override;
  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override;
  // weight [classes * centers_per_class, D], the centres of a class one after the other.
  std::vector<NamedTensor> Parameters() override;

 protected:
  // psi. `cosines` [N] to the own class; `norms` [N] of the embeddings.
  virtual at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor& norms) = 0;

 private:
  at::Tensor ClassCosines(const at::Tensor& embeddings) const;  // [N, classes]
  // f times the cosines [N, classes], which it may overwrite.
  at::Tensor Scaled(at::Tensor cosines, const at::Tensor& norms) const;

  const MarginSoftmaxOptions options_;
  int64_t num_classes_ = 0;
  at::Tensor weight_;
};

// cos(theta + m) from cos(theta), without the infinite slope of acos at 0 and 180 degrees. m may be
// negative or one number per element.
at::Tensor CosineOfSum(const at::Tensor& cosines, const at::Tensor& margins_rad);

// ArcFace's psi: cos(theta + m) up to theta = pi - m, cos(theta) - m sin(m) beyond.
at::Tensor ArcFaceMargin(const at::Tensor& cosines, double margin_rad);

// psi(theta) = (-1)^k cos(m theta) - 2k for theta in [k pi / m, (k + 1) pi / m]: falls from 1 to
// 1 - 2m, without a step. cos(m theta) is Chebyshev's polynomial T_m of cos(theta). Liu et al.,
// arXiv:1612.02295, equation 6; arXiv:1704.08063, equation 7.
at::Tensor MultipliedAngle(const at::Tensor& cosines, int64_t m);

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_MARGIN_SOFTMAX_H_
