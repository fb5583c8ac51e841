#include "plugins/losses/class_weights.h"

#include <ATen/ATen.h>

#include <cmath>

#include "absl/strings/str_join.h"
#include "core/api/unit_rows.h"

namespace facet {

Constraint WeightInit() { return OneOf({"gaussian", "kaiming", "normal"}); }

double WeightDeviation(const std::string& init, int64_t dimension) {
  if (init == "kaiming") return std::sqrt(2.0 / static_cast<double>(dimension));
  return init == "normal" ? 1.0 : 0.01;
}

at::Tensor DrawWeights(int64_t rows, int64_t dimension, double deviation, uint64_t seed) {
  at::Tensor weights = at::empty({rows, dimension});
  Random random(seed);
  float* const data = weights.data_ptr<float>();
  for (int64_t i = 0; i < weights.numel(); ++i) {
    data[i] = static_cast<float>(deviation * random.Normal());
  }
  return weights.requires_grad_(true);
}

void LinearClassifier::Draw(int64_t num_classes, int64_t dimension, const std::string& init,
                            uint64_t seed) {
  weight_ = DrawWeights(num_classes, dimension, WeightDeviation(init, dimension), seed);
  bias_ = at::zeros({num_classes}).requires_grad_(true);
}

at::Tensor LinearClassifier::Scores(const at::Tensor& embeddings) const {
  const at::Tensor x = AtLeastFloat(embeddings);
  return at::linear(x, weight_.to(x.scalar_type()), bias_.to(x.scalar_type()));
}

absl::Status CheckClasses(const std::string& loss, int64_t num_classes) {
  if (num_classes >= 2) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(loss, " needs at least two identities, got ", num_classes));
}

absl::Status CheckClassInput(const std::string& loss, const LossInput& input, int64_t dimension,
                             int64_t num_classes) {
  const at::Tensor &x = input.embeddings, &labels = input.labels;
  if (x.dim() != 2 || x.size(1) != dimension || labels.dim() != 1 || labels.size(0) != x.size(0)) {
    return absl::InvalidArgumentError(absl::StrCat(loss, " was made for embeddings [N, ", dimension,
                                                   "] with N labels, got embeddings [",
                                                   absl::StrJoin(x.sizes(), ", "), "] and labels [",
                                                   absl::StrJoin(labels.sizes(), ", "), "]"));
  }
  if (labels.numel() == 0) return absl::OkStatus();
  const int64_t low = labels.min().item<int64_t>(), high = labels.max().item<int64_t>();
  if (low >= 0 && high < num_classes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(loss, ": label ", low < 0 ? low : high,
                                                 " is outside [0, ", num_classes,
                                                 "), the identities it was made for"));
}

at::Tensor Cosines(const at::Tensor& x, const at::Tensor& weights) {
  return at::matmul(UnitRows(x), UnitRows(weights.to(x.scalar_type())).t());
}

at::Tensor OwnClass(const at::Tensor& labels, int64_t num_classes) {
  return labels.unsqueeze(1).eq(at::arange(num_classes, labels.options()).unsqueeze(0));
}

at::Tensor OwnScores(const at::Tensor& scores, const at::Tensor& own_class) {
  return scores.masked_fill(own_class.logical_not(), 0.0).sum(1);
}

at::Tensor WithOwnScores(const at::Tensor& scores, const at::Tensor& own_class,
                         const at::Tensor& own) {
  return at::where(own_class, own.unsqueeze(1), scores);
}

at::Tensor LogLosses(const at::Tensor& scores, const at::Tensor& labels) {
  return at::cross_entropy_loss(scores, labels, {}, at::Reduction::None);
}

}  // namespace facet
