// AdaFace: a margin that follows the quality of the image, for which the embedding's length stands.
// With z the length |x| in deviations from its running mean,
//   z = clip( h (|x| - mean) / (deviation + 1e-3), -1, 1 ),
// the logits are
//   s (cos(theta_y - m z) - m z - m) for the own class, s cos(theta_j) for the others.
// z = -1 is ArcFace, z = 0 CosFace; good images (z = 1) pull most where they are hard, poor ones
// where they are easy, so that faces nobody can recognise do not rule the gradient.
// Kim et al., "AdaFace: Quality Adaptive Margin for Face Recognition", CVPR 2022,
// arXiv:2204.00964, section 3.3.
//
// In:  embeddings [N, D], whose length counts through z alone; labels [N] in [0, classes).
// Out: one group, the log-loss per element [N], averaged.
// Learns weight [classes, D], of which the directions count. It starts at length 1 and decays, as in
// the authors' program. Scores() are s cos(theta_j).
// Buffers: norm_mean and norm_deviation [1], exponential averages of each training batch's mean
// and (unbiased) deviation of |x| clipped to [0.001, 100]; no gradient flows through z. A batch
// moves them before it is used, by `statistics_rate` a: the paper's momentum of 0.99 is a rate of
// 0.01. With statistics_start = "batch" the t-th batch moves them by a / (1 - (1 - a)^t), which
// takes the bias of the start out of the average (Kingma and Ba, arXiv:1412.6980, section 3): the
// first one sets them. With "fixed" they start at 20 and 100, as in the authors' program, and move
// by a: of an embedding with other lengths it takes hundreds of steps until z says anything.
// num_batches [2] counts those that moved each; a batch without a deviation (one row) moves the
// mean alone. Where gradients are off all stay.
// theta_y - m z is clipped to [0.001, pi - 0.001], as in the authors' program.
// Errors: InvalidArgument if a label or the dimension does not fit, or with fewer than 2 classes.
// Example:  loss = { use = "adaface", margin = 0.4, concentration = 0.333 }
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "plugins/losses/class_weights.h"
#include "plugins/losses/margin_softmax.h"

namespace {

constexpr double kEpsilon = 1e-3;

struct Options {
  double margin = 0.4;
  double concentration = 0.333;
  double scale = 64.0;
  double statistics_rate = 0.01;
  std::string statistics_start = "batch";
  std::string init = "unit";

  void Visit(facet::OptionVisitor& v) {
    v("margin", margin, facet::Range(0, 1.5), "m, of the angle [rad] and of the cosine; paper");
    v("concentration", concentration, facet::AboveUpTo(0, 10),
      "h: lengths within 1 / h deviations are not clipped; paper");
    v("scale", scale, facet::AboveUpTo(0, 1000), "s, the length of rescaled embeddings; paper");
    v("statistics_rate", statistics_rate, facet::AboveUpTo(0, 1),
      "share of a batch in the running mean and deviation; paper: 1 - 0.99");
    v("statistics_start", statistics_start, facet::OneOf({"batch", "fixed"}),
      "batch: the first batch's own, then evened out; fixed: 20 and 100, the authors' program");
    v("init", init, facet::WeightInit(), facet::WeightInitDoc());
  }
};

class AdaFace final : public facet::MarginSoftmax {
 public:
  explicit AdaFace(const Options& options)
      : MarginSoftmax({"adaface", options.init, options.scale}), options_(options) {}

  std::vector<facet::NamedTensor> Buffers() override {
    return {{"norm_mean", mean_}, {"norm_deviation", deviation_}, {"num_batches", num_batches_}};
  }

 protected:
  at::Tensor WithMargin(const at::Tensor& cosines, const at::Tensor& norms) override {
    const at::Tensor lengths = norms.detach().clamp(0.001, 100.0);
    if (at::GradMode::is_enabled()) UpdateStatistics(lengths);
    const at::Tensor z = ((lengths - mean_.to(lengths.options())) /
                          (deviation_.to(lengths.options()) + kEpsilon) * options_.concentration)
                             .clamp(-1.0, 1.0);
    const at::Tensor shift = -options_.margin * z;
    // Where theta + shift leaves its range: 0 for the own class in front, pi behind it.
    const at::Tensor theta = at::acos(cosines.detach().clamp(-1.0, 1.0)) + shift;
    at::Tensor angular = facet::CosineOfSum(cosines, shift);
    angular = at::where(theta.lt(kEpsilon), at::full_like(angular, std::cos(kEpsilon)), angular);
    angular =
        at::where(theta.gt(M_PI - kEpsilon), at::full_like(angular, -std::cos(kEpsilon)), angular);
    return angular - options_.margin * (z + 1.0);
  }

 private:
  void UpdateStatistics(const at::Tensor& lengths) {
    const at::NoGradGuard no_grad;
    const auto move = [&](int64_t which, at::Tensor& average, const at::Tensor& value) {
      const double rate = RateOf(num_batches_[which].add_(1).item<double>());
      average.mul_(1.0 - rate).add_(value.to(average.options()), rate);
    };
    if (lengths.numel() > 0) move(0, mean_, lengths.mean());
    if (lengths.numel() > 1) move(1, deviation_, lengths.std());
  }

  double RateOf(double batch) const {
    const double rate = options_.statistics_rate;
    if (options_.statistics_start == "fixed") return rate;
    return rate / (1.0 - std::pow(1.0 - rate, batch));
  }

  const Options options_;
  at::Tensor mean_ = at::full({1}, 20.0);
  at::Tensor deviation_ = at::full({1}, 100.0);
  at::Tensor num_batches_ = at::zeros({2});
};

}  // namespace

FACET_PLUGIN(facet::Loss, AdaFace, Options, "adaface",
             "softmax with a margin that follows the embedding's length",
             "Kim et al., arXiv:2204.00964, section 3.3")
