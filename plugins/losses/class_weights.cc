#include "plugins/losses/class_weights.h"

#include <ATen/ATen.h>

#include <cmath>
#include <optional>

#include "absl/strings/str_join.h"
#include "core/api/unit_rows.h"
#include "plugins/losses/label_range.h"

namespace facet {
namespace {

double DeviationOf(const std::string& init, int64_t rows, int64_t dimension) {
  if (init == "gaussian") return 0.01;
  if (init == "kaiming") return std::sqrt(2.0 / static_cast<double>(dimension));
  if (init == "kaiming_fan_out") return std::sqrt(2.0 / static_cast<double>(rows));
  return 1.0;
}

}  // namespace

Constraint WeightInit() {
  return OneOf({"gaussian", "unit", "xavier", "kaiming", "kaiming_fan_out", "normal"});
}

const char* WeightInitDoc() {
  return "start: gaussian N(0, 0.01^2), unit length in any direction, xavier uniform of variance "
         "1 / D, kaiming N(0, 2 / D), kaiming_fan_out N(0, 2 / vectors), normal N(0, 1)";
}

at::Tensor DrawVectors(int64_t rows, int64_t dimension, const std::string& init, uint64_t seed) {
  const double deviation = DeviationOf(init, rows, dimension);
  const double bound = std::sqrt(3.0 / static_cast<double>(dimension));
  at::Tensor vectors = at::empty({rows, dimension});
  Random random(seed);
  float* const data = vectors.data_ptr<float>();
  for (int64_t i = 0; i < vectors.numel(); ++i) {
    data[i] = static_cast<float>(init == "xavier" ? random.Uniform(-bound, bound)
                                                  : deviation * random.Normal());
  }
  return init == "unit" ? UnitRows(vectors) : vectors;
}

at::Tensor DrawWeights(int64_t rows, int64_t dimension, const std::string& init, uint64_t seed) {
  return DrawVectors(rows, dimension, init, seed).requires_grad_(true);
}

void LinearClassifier::Draw(int64_t num_classes, int64_t dimension, const std::string& init,
                            uint64_t seed) {
  weight_ = DrawWeights(num_classes, dimension, init, seed);
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
  const std::optional<int64_t> outside = LabelOutside(labels, num_classes);
  if (!outside) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(loss, ": label ", *outside, " is outside [0, ",
                                                 num_classes, "), the identities it was made for"));
}

at::Tensor Cosines(const at::Tensor& x, const at::Tensor& weights) {
  return at::matmul(UnitRows(x), UnitRows(weights.to(x.scalar_type())).t());
}

at::Tensor OwnScores(const at::Tensor& scores, const at::Tensor& labels) {
  return scores.index({at::arange(labels.numel(), labels.options()), labels});
}

void SetOwnScores(at::Tensor& scores, const at::Tensor& labels, const at::Tensor& own) {
  scores.index_put_({at::arange(labels.numel(), labels.options()), labels}, own);
}

at::Tensor LogLosses(const at::Tensor& scores, const at::Tensor& labels) {
  return at::cross_entropy_loss(scores, labels, {}, at::Reduction::None);
}

}  // namespace facet
