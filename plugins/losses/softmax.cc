// Softmax log-loss of a learned linear classifier (the paper's fc8), Parkhi et al. 2015,
// section 4.2.
//
// In:  embeddings [N, D], not normalised; labels [N] in [0, classes).
// Out: one group, -log softmax(W x + b)[label] per element [N], averaged.
// Learns weight [classes, D], which starts at N(0, 0.01^2) (paper), and bias [classes], at 0.
// Scores() gives the logits.
// Errors: InvalidArgument if a label or the dimension does not fit.
// Example:  loss = { use = "softmax" }
#include "plugins/losses/class_weights.h"

namespace {

struct Options {
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class Softmax final : public facet::Loss {
 public:
  explicit Softmax(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    FACET_RETURN_IF_ERROR(facet::CheckClasses("softmax", num_classes));
    classifier_.Draw(num_classes, dimension, options_.init, seed);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    FACET_RETURN_IF_ERROR(facet::CheckClassInput("softmax", input, classifier_.dimension(),
                                                 classifier_.num_classes()));
    facet::LossGroup group;
    group.name = "log_loss";
    group.elements = facet::LogLosses(classifier_.Scores(input.embeddings), input.labels);
    return std::vector<facet::LossGroup>{std::move(group)};
  }

  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    return classifier_.Scores(embeddings);
  }

  std::vector<facet::NamedTensor> Parameters() override { return classifier_.Parameters(); }

 private:
  const Options options_;
  facet::LinearClassifier classifier_;
};

}  // namespace

FACET_PLUGIN(facet::Loss, Softmax, Options, "softmax", "log-loss of a learned linear classifier",
             "Parkhi et al. 2015, section 4.2")
