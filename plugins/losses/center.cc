// Center loss beside the softmax log-loss of a linear classifier:
//   -log softmax(W x + b)[y] + lambda / 2 |x - c_y|^2.
// Wen et al., "A Discriminative Feature Learning Approach for Deep Face Recognition", ECCV 2016,
// equations 2 to 5 and algorithm 1.
//
// In:  embeddings [N, D], not normalised; labels [N] in [0, classes).
// Out: two groups of N elements, each averaged: log_loss, and center with lambda included.
// Learns weight [classes, D] and bias [classes] of the classifier. Scores() are W x + b.
// Buffer: centers [classes, D]. No optimiser moves them, by no rate, and no decay: a training batch
// moves each of its classes' centres by alpha alone (equation 4 and algorithm 1), after its value is
// taken,
//   c_j -= alpha sum over its n_j elements of (c_j - x_i) / (1 + n_j).
// Where gradients are off they stay. The classifier's weights and the centres start by Caffe's
// "xavier", as in the authors' program.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "center", lambda = 0.003 }
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "plugins/losses/class_weights.h"

namespace {

struct Options {
  double lambda = 0.003;
  double alpha = 0.5;
  std::string init = "xavier";
  std::string centers_init = "xavier";

  void Visit(facet::OptionVisitor& v) {
    v("lambda", lambda, facet::AtLeast(0), "weight of the distance to the centre; paper: 0.003");
    v("alpha", alpha, facet::AboveUpTo(0, 1),
      "rate of the centres: n elements move one alpha n / (1 + n) of the way to their mean; paper");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
    v("centers_init", centers_init, facet::WeightInit(), "the same of the centres");
  }
};

class Center final : public facet::Loss {
 public:
  explicit Center(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    FACET_RETURN_IF_ERROR(facet::CheckClasses("center", num_classes));
    classifier_.Draw(num_classes, dimension, options_.init, seed);
    centers_ = facet::DrawVectors(num_classes, dimension, options_.centers_init,
                                  facet::DeriveSeed(seed, "centers"));
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<facet::LossGroup>> Compute(const facet::LossInput& input) override {
    FACET_RETURN_IF_ERROR(facet::CheckClassInput("center", input, classifier_.dimension(),
                                                 classifier_.num_classes()));
    const at::Tensor x = facet::AtLeastFloat(input.embeddings);
    facet::LossGroup log_loss, center;
    log_loss.name = "log_loss";
    log_loss.elements = facet::LogLosses(classifier_.Scores(x), input.labels);
    const at::Tensor own = centers_.to(x.scalar_type()).index_select(0, input.labels);
    center.name = "center";
    center.elements = 0.5 * options_.lambda * at::square(x - own).sum(1);
    if (at::GradMode::is_enabled()) MoveCenters(own - x.detach(), input.labels);
    return std::vector<facet::LossGroup>{std::move(log_loss), std::move(center)};
  }

  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    return classifier_.Scores(embeddings);
  }

  std::vector<facet::NamedTensor> Parameters() override { return classifier_.Parameters(); }
  std::vector<facet::NamedTensor> Buffers() override { return {{"centers", centers_}}; }

 private:
  // `away` [N, D]: from each element to its class's centre.
  void MoveCenters(const at::Tensor& away, const at::Tensor& labels) {
    const at::NoGradGuard no_grad;
    const at::Tensor counts = labels.unsqueeze(1).eq(labels.unsqueeze(0)).sum(1, /*keepdim=*/true);
    const at::Tensor steps = -options_.alpha * away / (1 + counts);
    centers_.index_add_(0, labels, steps.to(centers_.scalar_type()));
  }

  const Options options_;
  facet::LinearClassifier classifier_;
  at::Tensor centers_;  // [classes, D]
};

}  // namespace

FACET_PLUGIN(facet::Loss, Center, Options, "center",
             "softmax log-loss plus the squared distance to a learned class centre",
             "Wen et al., ECCV 2016, equations 2 to 5")
