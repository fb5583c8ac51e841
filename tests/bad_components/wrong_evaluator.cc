// Evaluators of detections that load and run, each with one thing wrong.
#include <cmath>
#include <string>
#include <vector>

#include "core/api/evaluator.h"

namespace facet {
namespace {

// A right one: the mean number of faces per image, with a bootstrap over images.
absl::StatusOr<Evaluation> CountFaces(const EvaluationInput& input, uint64_t seed) {
  if (input.detections.empty()) return absl::InvalidArgumentError("there are no detections");
  std::vector<double> counts;
  double sum = 0;
  for (const Detections& detections : input.detections) {
    for (const Face& face : detections.faces) {
      if (!std::isfinite(face.score)) return absl::InvalidArgumentError("a score is not finite");
    }
    counts.push_back(static_cast<double>(detections.faces.size()));
    sum += counts.back();
  }
  const double n = static_cast<double>(counts.size());
  Evaluation evaluation;
  evaluation.metrics = {{"faces per image", sum / n, 0.1, "bootstrap over images", "1",
                         static_cast<int64_t>(counts.size())}};
  Random random(seed);
  for (int draw = 0; draw < 20; ++draw) {
    double total = 0;
    for (size_t i = 0; i < counts.size(); ++i) total += counts[random.Index(counts.size())];
    evaluation.replicates.push_back(total / n);
  }
  evaluation.replicate_kind = "bootstrap";
  return evaluation;
}

struct Wrong : Evaluator {
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresDetections};
  explicit Wrong(const NoOptions&) {}
};

struct Right final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    return CountFaces(input, input.seed);
  }
};

struct NotFinite final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(Evaluation evaluation, CountFaces(input, input.seed));
    evaluation.metrics[0].value = std::nan("");
    return evaluation;
  }
};

struct IgnoresItsSeed final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    return CountFaces(input, 1);
  }
};

struct DrawsOn final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    return CountFaces(input, input.seed + 100 * ++calls_);
  }
  uint64_t calls_ = 0;
};

struct UnnamedError final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(Evaluation evaluation, CountFaces(input, input.seed));
    evaluation.metrics[0].error_kind.clear();
    return evaluation;
  }
};

struct RaggedCurve final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(Evaluation evaluation, CountFaces(input, input.seed));
    evaluation.curves = {{"ROC", "x", "y", {0, 1}, {0}}};
    return evaluation;
  }
};

struct ForgetsTheKind final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(Evaluation evaluation, CountFaces(input, input.seed));
    evaluation.replicate_kind.clear();
    return evaluation;
  }
};

struct TakesWhatIsNoNumber final : Wrong {
  using Wrong::Wrong;
  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    EvaluationInput cleaned = input;
    for (Detections& detections : cleaned.detections) {
      for (Face& face : detections.faces) face.score = 0;
    }
    return CountFaces(cleaned, input.seed);
  }
};

}  // namespace
}  // namespace facet

#define WRONG(Class, name)                                                                     \
  FACET_COMPONENT(facet::Evaluator, facet::Class, facet::NoOptions, name, "a wrong evaluator", \
                  "none")

FACET_PLUGIN_COMPONENTS(WRONG(Right, "right"), WRONG(NotFinite, "not_finite"),
                        WRONG(IgnoresItsSeed, "ignores_its_seed"), WRONG(DrawsOn, "draws_on"),
                        WRONG(UnnamedError, "unnamed_error"), WRONG(RaggedCurve, "ragged_curve"),
                        WRONG(ForgetsTheKind, "forgets_the_kind"),
                        WRONG(TakesWhatIsNoNumber, "takes_what_is_no_number"))
