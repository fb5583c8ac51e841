// Center loss beside the softmax log-loss of a linear classifier:
//   -log softmax(W x + b)[y] + lambda / 2 |x - c_y|^2.
// Wen et al., "A Discriminative Feature Learning Approach for Deep Face Recognition", ECCV 2016,
// equations 2 to 5 and algorithm 1.
//
// In:  embeddings [N, D], not normalised; labels [N] in [0, classes).
// Out: two groups of N elements, each averaged: log_loss, and center with lambda included.
// Learns weight [classes, D] and bias [classes] of the classifier, and centers [classes, D].
// Scores() are W x + b.
// Centres move as in the paper (equation 4), whatever lambda is: the gradient of centre j is
//   alpha sum over its n_j elements of (c_j - x_i) / (1 + n_j),
// which the optimiser multiplies by its rate. It is not the gradient of the value, lambda n_j / N
// times smaller, by which centres would hardly leave their place.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "center", lambda = 0.003 }
#include <ATen/ATen.h>

#include <cmath>

#include "plugins/losses/class_weights.h"

namespace {

struct Options {
  double lambda = 0.003;
  double alpha = 0.5;
  std::string init = "gaussian";

  void Visit(facet::OptionVisitor& v) {
    v("lambda", lambda, facet::AtLeast(0), "weight of the distance to the centre; paper: 0.003");
    v("alpha", alpha, facet::AboveUpTo(0, 1), "rate of the centres, per unit of train's; paper");
    v("init", init, facet::WeightInit(),
      "classifier's weights from N(0, sigma^2): 0.01, sqrt(2 / D) or 1; biases 0");
  }
};

class Center final : public facet::Loss {
 public:
  explicit Center(const Options& options) : options_(options) {}

  absl::Status Initialize(int64_t dimension, int64_t num_classes, uint64_t seed) override {
    FACET_RETURN_IF_ERROR(facet::CheckClasses("center", num_classes));
    classifier_.Draw(num_classes, dimension, options_.init, seed);
    // The variance of "xavier", the filler of the authors' program.
    centers_ =
        facet::DrawWeights(num_classes, dimension, 1.0 / std::sqrt(static_cast<double>(dimension)),
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
    center.elements =
        0.5 * options_.lambda * SquaredDistance(x, own.detach()) + Pull(x, own, input.labels);
    return std::vector<facet::LossGroup>{std::move(log_loss), std::move(center)};
  }

  std::optional<at::Tensor> Scores(const at::Tensor& embeddings) override {
    return classifier_.Scores(embeddings);
  }

  std::vector<facet::NamedTensor> Parameters() override {
    std::vector<facet::NamedTensor> parameters = classifier_.Parameters();
    parameters.push_back({"centers", centers_, /*decays=*/false});
    return parameters;
  }

 private:
  static at::Tensor SquaredDistance(const at::Tensor& x, const at::Tensor& y) {
    return at::square(x - y).sum(1);
  }

  // Zeros [N] whose mean has the paper's gradient with respect to the centres.
  at::Tensor Pull(const at::Tensor& x, const at::Tensor& own, const at::Tensor& labels) const {
    const at::Tensor counts =
        facet::OwnClass(labels, classifier_.num_classes()).sum(0).index_select(0, labels);
    const double rows = static_cast<double>(x.size(0));
    const at::Tensor halves =
        0.5 * options_.alpha * rows * SquaredDistance(x.detach(), own) / (1 + counts);
    return halves - halves.detach();
  }

  const Options options_;
  facet::LinearClassifier classifier_;
  at::Tensor centers_;  // [classes, D]
};

}  // namespace

FACET_PLUGIN(facet::Loss, Center, Options, "center",
             "softmax log-loss plus the squared distance to a learned class centre",
             "Wen et al., ECCV 2016, equations 2 to 5")
