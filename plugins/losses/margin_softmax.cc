#include "plugins/losses/margin_softmax.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

#include "plugins/losses/class_weights.h"

namespace facet {

MarginSoftmax::MarginSoftmax(MarginSoftmaxOptions options) : options_(std::move(options)) {}

absl::Status MarginSoftmax::Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) {
  FACET_RETURN_IF_ERROR(CheckClasses(options_.loss, num_classes));
  num_classes_ = num_classes;
  weight_ = DrawWeights(num_classes * options_.centers_per_class, dimension, options_.init, seed);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<LossGroup>> MarginSoftmax::Compute(const LossInput& input) {
  FACET_CHECK(weight_.defined());
  FACET_RETURN_IF_ERROR(CheckClassInput(options_.loss, input, weight_.size(1), num_classes_));
  const at::Tensor x = AtLeastFloat(input.embeddings);
  const at::Tensor norms = at::norm(x, 2, {1});
  at::Tensor cosines = ClassCosines(x);
  SetOwnScores(cosines, input.labels, WithMargin(OwnScores(cosines, input.labels), norms));
  LossGroup group;
  group.name = "log_loss";
  group.elements = LogLosses(Scaled(std::move(cosines), norms), input.labels);
  return std::vector<LossGroup>{std::move(group)};
}

std::optional<at::Tensor> MarginSoftmax::Scores(const at::Tensor& embeddings) {
  const at::Tensor x = AtLeastFloat(embeddings);
  return Scaled(ClassCosines(x), at::norm(x, 2, {1}));
}

std::vector<NamedTensor> MarginSoftmax::Parameters() {
  return {{"weight", weight_, options_.decays}};
}

at::Tensor MarginSoftmax::ClassCosines(const at::Tensor& embeddings) const {
  const at::Tensor all = Cosines(embeddings, weight_);
  const int64_t centers = options_.centers_per_class;
  if (centers == 1) return all;
  // Of equal centres one gets the gradient: amax would share it.
  return std::get<0>(all.view({all.size(0), num_classes_, centers}).max(2));
}

at::Tensor MarginSoftmax::Scaled(at::Tensor cosines, const at::Tensor& norms) const {
  if (options_.factor == MarginSoftmaxOptions::Factor::kScale) return cosines.mul_(options_.scale);
  const at::Tensor scaled = options_.scale * norms.unsqueeze(1);
  if (options_.factor == MarginSoftmaxOptions::Factor::kEmbeddingNorm) return cosines * scaled;
  return cosines * (scaled * at::norm(weight_.to(norms.scalar_type()), 2, {1}).unsqueeze(0));
}

at::Tensor CosineOfSum(const at::Tensor& cosines, const at::Tensor& margins_rad) {
  // Below 1e-12 (a millionth of a radian) the sine is taken as constant: its slope is unbounded.
  const at::Tensor sines = at::sqrt((1.0 - at::square(cosines)).clamp_min(1e-12));
  return cosines * at::cos(margins_rad) - sines * at::sin(margins_rad);
}

at::Tensor ArcFaceMargin(const at::Tensor& cosines, double margin_rad) {
  const at::Tensor sum = CosineOfSum(cosines, at::full({}, margin_rad, cosines.options()));
  return at::where(cosines.ge(std::cos(M_PI - margin_rad)), sum,
                   cosines - margin_rad * std::sin(margin_rad));
}

at::Tensor MultipliedAngle(const at::Tensor& cosines, int64_t m) {
  at::Tensor previous = at::ones_like(cosines), chebyshev = cosines;
  for (int64_t i = 1; i < m; ++i) {
    const at::Tensor next = 2.0 * cosines * chebyshev - previous;
    previous = chebyshev;
    chebyshev = next;
  }
  const at::Tensor theta = at::acos(cosines.detach().clamp(-1.0, 1.0));
  const at::Tensor k = at::floor(theta * (static_cast<double>(m) / M_PI));
  const at::Tensor sign = 1.0 - 2.0 * k.remainder(2.0);
  return sign * chebyshev - 2.0 * k;
}

}  // namespace facet
