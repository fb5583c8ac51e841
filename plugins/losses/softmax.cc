// Softmax log-loss of a learned linear classifier (the paper's fc8), Parkhi et al. 2015,
// section 4.2.
//
// In:  embeddings [N, D], not normalised; labels [N] in [0, classes).
// Out: one group, -log softmax(W x + b)[label] per element [N], averaged.
// Learns weight [classes, D] and bias [classes]; Scores() gives the logits.
// Errors: InvalidArgument if a label or the dimension does not fit.
// Example:  loss = { use = "softmax" }
#include <ATen/ATen.h>

#include "plugins/losses/class_weights.h"

namespace {

struct Options {
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("init", init, facet::WeightInit(),
      "classifier's weights from N(0, sigma^2): 0.01 (paper), sqrt(2 / D) or 1; biases 0");
  }
};

class Softmax final : public facet::Loss {
 public:
  explicit Softmax(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    FACET_RETURN_IF_ERROR(facet::CheckClasses("softmax", num_classes));
    weight_ = facet::DrawWeights(num_classes, dimension,
                                 facet::WeightDeviation(options_.init, dimension), seed);
    bias_ = at::zeros({num_classes}).requires_grad_(true);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    FACET_CHECK(weight_.defined());
    FACET_RETURN_IF_ERROR(
        facet::CheckClassInput("softmax", input, weight_.size(1), weight_.size(0)));
    facet::LossGroup group;
    group.name = "log_loss";
    group.elements = facet::LogLosses(*Scores(input.embeddings), input.labels);
    return std::vector<facet::LossGroup>{std::move(group)};
  }

  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    const at::Tensor x = facet::AtLeastFloat(embeddings);
    return at::linear(x, weight_.to(x.scalar_type()), bias_.to(x.scalar_type()));
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
