#include "plugins/evaluators/verification_evaluation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "plugins/evaluators/measurable_rates.h"
#include "plugins/evaluators/resampling.h"
#include "plugins/evaluators/roc.h"
#include "plugins/evaluators/verification_scores.h"

namespace facet {
namespace {

Curve CurveOf(const std::string& name, const std::vector<RocPoint>& roc) {
  Curve curve{name, "false accept rate", "true accept rate", {}, {}};
  for (const RocPoint& point : WithoutCollinear(roc)) {
    curve.x.push_back(point.far);
    curve.y.push_back(1.0 - point.frr);
  }
  return curve;
}

constexpr auto kOneMinusEer = [](const VerificationFigures& f) { return f.one_minus_eer; };
constexpr auto kAuc = [](const VerificationFigures& f) { return f.auc; };
constexpr auto kAccuracy = [](const VerificationFigures& f) { return f.accuracy; };
using Get = std::function<double(const VerificationFigures&)>;
struct Figure {
  std::string name;
  Get get;
};

class Scorer {
 public:
  explicit Scorer(const VerificationOptions& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) const {
    FACET_RETURN_IF_ERROR(CheckVerificationInput(input));
    FACET_ASSIGN_OR_RETURN(
        Evaluation evaluation,
        input.data->protocol.kind == Protocol::Kind::kFolds ? Folds(input) : Split(input));
    if (options_.scores) {
      FACET_RETURN_IF_ERROR(AddPairDistances(input, Distance(), Normalizes(input), &evaluation));
    }
    return evaluation;
  }

 private:
  void PutHeadlineFirst(const std::vector<double>& accuracies, Evaluation* evaluation) const {
    if (options_.headline != "accuracy") return;
    std::vector<Metric>& metrics = evaluation->metrics;
    const auto found = std::find_if(metrics.begin(), metrics.end(),
                                    [](const Metric& metric) { return metric.name == "accuracy"; });
    if (found == metrics.end()) return;
    std::rotate(metrics.begin(), found, found + 1);
    evaluation->replicates = accuracies;
  }

  PairDistance Distance() const {
    return options_.distance == "cosine" ? PairDistance::kCosine : PairDistance::kL2;
  }
  bool Normalizes(const EvaluationInput& input) const {
    return options_.normalize == "all" || (options_.normalize == "descriptors" && !input.projected);
  }

  // Pairs as a fold sees them; computed once where there is one matrix for all folds.
  CompareFunction Comparer(const EvaluationInput& input) const {
    const bool normalize = Normalizes(input);
    const PairDistance distance = Distance();
    if (input.descriptors.size() > 1) {
      return [=, &input](int64_t fold) { return PairDistances(input, fold, distance, normalize); };
    }
    return [all = PairDistances(input, 0, distance, normalize)](int64_t) { return all; };
  }

  absl::StatusOr<MeasurableRates> Rates(int64_t num_impostors) const {
    return KeepMeasurable(options_.far, VerificationOptions().far, num_impostors, FarOfPairs());
  }

  // Those besides 100%-EER, accuracy and AUC; rates[i] is that of figure i.
  static std::vector<Figure> RateFigures(const std::vector<double>& rates) {
    std::vector<Figure> figures;
    for (size_t i = 0; i < rates.size(); ++i) {
      figures.push_back({absl::StrCat("TAR at FAR ", 100.0 * rates[i], " %"),
                         [i](const VerificationFigures& f) { return f.tar[i]; }});
    }
    return figures;
  }

  static absl::Status CheckHeldOut(bool held_out, const EvaluationInput& input) {
    const int64_t num_folds = input.data->protocol.num_folds;
    if (!held_out || input.descriptors.size() == 1 || num_folds >= 3) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "threshold_from = \"held_out_fold\": of ", num_folds,
        " folds one is tested and the other teaches its projection, so none is left to choose the "
        "threshold; it takes three, or threshold_from = \"other_folds\""));
  }

  absl::StatusOr<Evaluation> Folds(const EvaluationInput& input) const {
    const Protocol& protocol = input.data->protocol;
    const std::vector<int64_t> impostors = ImpostorsOfFolds(protocol);
    FACET_ASSIGN_OR_RETURN(MeasurableRates far,
                           Rates(std::accumulate(impostors.begin(), impostors.end(), int64_t{0})));
    const bool held_out = options_.threshold_from == "held_out_fold";
    FACET_RETURN_IF_ERROR(CheckHeldOut(held_out, input));
    FACET_ASSIGN_OR_RETURN(const FoldScores scores,
                           ScoreFolds(protocol, Comparer(input), far.rates, held_out));
    Evaluation evaluation;
    evaluation.notices = std::move(far.notices);
    if (held_out) {
      evaluation.notices.push_back(
          "The threshold of each fold was chosen on the pairs of the next fold alone.");
    }
    const auto num_pairs = static_cast<int64_t>(protocol.pairs.size());
    const std::string of_folds = absl::StrCat("over ", protocol.num_folds, " folds, ddof 1");
    const std::string jackknife = absl::StrCat("jackknife over ", protocol.num_folds, " folds");
    const auto add_mean = [&](const std::string& name, const std::string& unit,
                              const std::vector<double>& values) {
      const MeanAndError mean = MeanWithError(values);
      if (!std::isfinite(mean.mean)) return;
      evaluation.metrics.push_back(
          {name, mean.mean, mean.standard_error, of_folds, unit, num_pairs});
    };
    const auto add_pooled = [&](const std::string& name, const Get& get) {
      evaluation.metrics.push_back({name + ", pooled", get(scores.pooled),
                                    JackknifeError(Column(scores.pooled_without, get)), jackknife,
                                    "%", num_pairs});
    };
    const std::vector<double> eers = Column(scores.folds, kOneMinusEer);
    add_mean("100%-EER, mean of folds", "%", eers);
    add_pooled("100%-EER", kOneMinusEer);
    add_mean("accuracy", "%", Column(scores.folds, kAccuracy));
    add_pooled("AUC", kAuc);
    const int64_t fewest = *std::min_element(impostors.begin(), impostors.end());
    const std::vector<Figure> rates = RateFigures(far.rates);
    for (size_t i = 0; i < rates.size(); ++i) {
      const double error = MeanWithError(Column(scores.folds, rates[i].get)).standard_error;
      evaluation.metrics.push_back(
          {rates[i].name + ", pooled", rates[i].get(scores.pooled),
           ErrorOfFolds(error, far.rates[i], fewest, FarOfPairs(), &evaluation.notices), of_folds,
           "%", num_pairs});
    }
    add_mean("threshold", "1", scores.thresholds);
    evaluation.curves = {CurveOf("ROC, mean of folds at one FAR", scores.mean_roc_at_far),
                         CurveOf("ROC, pooled", scores.pooled_roc),
                         CurveOf("ROC, mean of folds at one threshold", scores.mean_roc)};
    evaluation.replicates = eers;
    evaluation.replicate_kind = "fold";
    PutHeadlineFirst(Column(scores.folds, kAccuracy), &evaluation);
    if (input.descriptors.size() > 1) {
      evaluation.notices.push_back(
          "Each fold has its own projection: pooled figures, and the ROC at one threshold, mix the "
          "scales of their distances.");
    }
    return evaluation;
  }

  absl::StatusOr<Evaluation> Split(const EvaluationInput& input) const {
    FACET_ASSIGN_OR_RETURN(MeasurableRates far, Rates(ImpostorsOfFolds(input.data->protocol)[1]));
    FACET_ASSIGN_OR_RETURN(
        const SplitScores scores,
        ScoreSplit(*input.data, Comparer(input), far.rates, options_.draws, input.seed));
    Evaluation evaluation;
    evaluation.notices = std::move(far.notices);
    const std::string error_kind =
        TextOf({"people", scores.num_people, options_.draws, input.seed});
    const auto add = [&](const std::string& name, const Get& get) {
      evaluation.metrics.push_back({name, get(scores.test),
                                    StandardDeviation(Column(scores.draws, get)), error_kind, "%",
                                    scores.num_pairs});
    };
    add("100%-EER", kOneMinusEer);
    add("accuracy", kAccuracy);
    add("AUC", kAuc);
    for (const Figure& each : RateFigures(far.rates)) add(each.name, each.get);
    evaluation.curves = {CurveOf("ROC", scores.roc)};
    evaluation.replicates = Column(scores.draws, kOneMinusEer);
    evaluation.replicate_kind = "bootstrap";
    PutHeadlineFirst(Column(scores.draws, kAccuracy), &evaluation);
    evaluation.notices.push_back(absl::StrCat(
        "The accuracy's threshold, ", scores.threshold, ", was chosen on fold 0",
        input.descriptors.size() > 1 ? ", whose people the projection was trained on." : "."));
    return evaluation;
  }

  const VerificationOptions& options_;
};

}  // namespace

absl::StatusOr<Evaluation> EvaluateVerification(const VerificationOptions& options,
                                                const EvaluationInput& input) {
  return Scorer(options).Evaluate(input);
}

}  // namespace facet
