// Softmax log-loss of a learned linear classifier (the paper's fc8), Parkhi et al. 2015,
// section 4.2.
//
// In:  embeddings [N, D], not normalised; labels [N] in [0, classes).
// Out: one group, -log softmax(W x + b)[label] per element [N], averaged.
// Learns weight [classes, D] and bias [classes]; Scores() gives the logits.
// Errors: InvalidArgument if a label or the dimension does not fit.
// Example:  loss = { use = "softmax" }
#include <ATen/ATen.h>

#include <cmath>

#include "core/api/loss.h"

namespace {

struct Options {
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("init", init, facet::OneOf({"gaussian", "kaiming"}),
      "classifier's weights from N(0, 0.01^2) (paper) or N(0, 2 / D); biases 0");
  }
};

class Softmax final : public facet::Loss {
 public:
  explicit Softmax(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    if (num_classes < 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("softmax needs at least two identities, got ", num_classes));
    }
    weight_ = at::empty({num_classes, dimension});
    const double deviation =
        options_.init == "kaiming" ? std::sqrt(2.0 / static_cast<double>(dimension)) : 0.01;
    facet::Random random(seed);
    float* const data = weight_.data_ptr<float>();
    for (int64_t i = 0; i < weight_.numel(); ++i) {
      data[i] = static_cast<float>(deviation * random.Normal());
    }
    weight_.requires_grad_(true);
    bias_ = at::zeros({num_classes});
    bias_.requires_grad_(true);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    FACET_CHECK(weight_.defined());
    if (input.embeddings.dim() != 2 || input.embeddings.size(1) != weight_.size(1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("softmax was made for embeddings [N, ", weight_.size(1), "]"));
    }
    if (input.labels.numel() > 0) {
      const int64_t low = input.labels.min().item<int64_t>();
      const int64_t high = input.labels.max().item<int64_t>();
      if (low < 0 || high >= weight_.size(0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("label ", low < 0 ? low : high, " is outside [0, ", weight_.size(0), ")"));
      }
    }
    facet::LossGroup group;
    group.name = "log_loss";
    group.elements =
        at::cross_entropy_loss(*Scores(input.embeddings), input.labels, {}, at::Reduction::None);
    return std::vector<facet::LossGroup>{std::move(group)};
  }

  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    const at::ScalarType type = embeddings.scalar_type();
    return at::linear(embeddings, weight_.to(type), bias_.to(type));
  }

  std::vector<facet::NamedTensor> Parameters() override {
    return {{"weight", weight_}, {"bias", bias_}};
  }

 private:
  const Options options_;
  at::Tensor weight_;  // [classes, D]
  at::Tensor bias_;    // [classes]
};

}  // namespace

FACET_PLUGIN(facet::Loss, Softmax, Options, "softmax", "log-loss of a learned linear classifier",
             "Parkhi et al. 2015, section 4.2")
