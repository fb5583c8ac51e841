// Decidability d': how far the similarities of genuine pairs lie from those of impostor pairs, in
// units of their spread:  d' = |m_g - m_i| / sqrt((s_g^2 + s_i^2) / 2), with means m and standard
// deviations s. It needs no threshold.
//
// In:  descriptors of the templates [templates, D], one matrix or one per fold; pairs with folds.
// Out: the mean of the folds' d' [1], its standard error over the folds, and the folds' values as
//      replicates, so that rows are compared fold by fold.
// Errors: InvalidArgument if the protocol has no folds, a descriptor is not finite, or a fold has
//      fewer than two genuine or impostor pairs or none that differ.
// Source: Daugman, International Journal of Computer Vision 45(1), 2001.
// Example:  evaluator = { use = "new_evaluator", similarity = "cosine" }
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"

namespace {

using facet::EvaluationInput;
using facet::Pair;

struct Options {
  std::string similarity = "cosine";

  void Visit(facet::OptionVisitor& v) {
    v("similarity", similarity, facet::OneOf({"cosine", "l2"}),
      "of two templates: their cosine, or minus their distance");
  }
};

// Mean and variance of numbers that come one by one (Welford 1962).
struct Spread {
  int64_t count = 0;
  double mean = 0.0, squares = 0.0;

  void Add(double x) {
    const double before = x - mean;
    mean += before / static_cast<double>(++count);
    squares += before * (x - mean);
  }
  double Variance() const { return squares / static_cast<double>(count - 1); }
};

class NewEvaluator final : public facet::Evaluator {
 public:
  explicit NewEvaluator(const Options& options) : options_(options) {}

  absl::StatusOr<facet::Evaluation> Evaluate(const EvaluationInput& input) override {
    if (input.data == nullptr || input.descriptors.empty() ||
        input.data->protocol.kind != facet::Protocol::Kind::kFolds) {
      return absl::InvalidArgumentError("new_evaluator needs a protocol of pairs with folds");
    }
    facet::Evaluation evaluation;
    Spread over_folds;
    for (int64_t fold = 0; fold < input.data->protocol.num_folds; ++fold) {
      FACET_ASSIGN_OR_RETURN(const double value, OfFold(input, fold));
      evaluation.replicates.push_back(value);
      over_folds.Add(value);
    }
    const bool known = over_folds.count > 1;
    const double error =
        known ? std::sqrt(over_folds.Variance() / static_cast<double>(over_folds.count)) : -1.0;
    evaluation.metrics.push_back(
        {"d'", over_folds.mean, error,
         known ? absl::StrCat("over ", over_folds.count, " folds, ddof 1") : "", "1",
         static_cast<int64_t>(input.data->protocol.pairs.size())});
    evaluation.replicate_kind = "fold";
    return evaluation;
  }

 private:
  absl::StatusOr<double> OfFold(const EvaluationInput& input, int64_t fold) const {
    Spread genuine, impostor;
    for (const Pair& pair : input.data->protocol.pairs) {
      if (pair.fold != fold) continue;
      const double similarity = Similarity(input.ForFold(fold), pair);
      if (!std::isfinite(similarity)) {
        const auto& templates = input.data->protocol.templates;
        return absl::InvalidArgumentError(absl::StrCat(
            "new_evaluator: the descriptors of ", templates[static_cast<size_t>(pair.first)].name,
            " and ", templates[static_cast<size_t>(pair.second)].name, " are not finite"));
      }
      (pair.genuine ? genuine : impostor).Add(similarity);
    }
    if (genuine.count < 2 || impostor.count < 2 || genuine.squares + impostor.squares == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("new_evaluator: fold ", fold,
                       " needs two genuine and two impostor pairs whose similarities differ"));
    }
    return std::abs(genuine.mean - impostor.mean) /
           std::sqrt((genuine.Variance() + impostor.Variance()) / 2);
  }

  double Similarity(const facet::MatrixView& descriptors, const Pair& pair) const {
    const float *x = descriptors.Row(pair.first), *y = descriptors.Row(pair.second);
    double dot = 0, xx = 0, yy = 0, squared = 0;
    for (int64_t d = 0; d < descriptors.columns; ++d) {
      dot += double{x[d]} * y[d];
      xx += double{x[d]} * x[d];
      yy += double{y[d]} * y[d];
      squared += (double{x[d]} - y[d]) * (double{x[d]} - y[d]);
    }
    if (options_.similarity == "l2") return -std::sqrt(squared);
    return xx * yy == 0 ? 0.0 : dot / std::sqrt(xx * yy);
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, NewEvaluator, Options, "new_evaluator",
             "decidability d' of genuine and impostor pairs", "Daugman, IJCV 2001")
