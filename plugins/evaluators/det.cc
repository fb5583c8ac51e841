// Detection error tradeoff: false rejects over false accepts on normal deviates, where normally
// distributed scores give straight lines (Martin et al., Eurospeech 1997).
//
// In:  descriptors [templates, D] (all folds, or one matrix per fold), pairs with folds or a split.
//      Of a split, fold 1 is measured: no figure here has a threshold that fold 0 would choose.
// Out: EER and FRR at given FARs in %, the smallest detection cost
//      min over thresholds of C_miss P FRR + C_accept (1 - P) FAR, divided by the cost of the
//      better of accepting or rejecting all; curve "DET" in normal deviates, between FAR and FRR of
//      1e-6 and 1 - 1e-6. Standard errors: over folds, or bootstrap over people.
// Costs and prior are those of a plan of NIST's, by default of 1996 to 2008 (detection_cost.h).
// With one projection per fold, pairs of fold i are measured under matrix i and the figures are the
// means of the folds; the curve is drawn from the folds' mean at equal FAR.
// FARs that the impostors (per fold: of the smallest one) cannot show are left out
// (measurable_rates.h).
// Errors: those of `verification`.
//
// Example:  evaluator = { use = "det", far = [0.001, 0.01] }
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/detection_cost.h"
#include "plugins/evaluators/measurable_rates.h"
#include "plugins/evaluators/pair_distances.h"
#include "plugins/evaluators/person_bootstrap.h"
#include "plugins/evaluators/resampling.h"
#include "plugins/evaluators/roc.h"

namespace {

using facet::Comparison;
using facet::Evaluation;
using facet::EvaluationInput;
using facet::MeasurableRates;
using facet::Protocol;
using facet::RocPoint;

struct Options : facet::DetectionCostOptions {
  std::string distance = "l2";
  bool normalize = true;
  std::vector<double> far = {0.001, 0.01, 0.1};
  int64_t draws = 1000;
  bool scores = false;
  void Visit(facet::OptionVisitor& v) {
    v("distance", distance, facet::OneOf({"l2", "cosine"}), "between two templates");
    v("normalize", normalize, facet::Any(),
      "l2-normalise the network's descriptors; projections are left as they are");
    v("far", far, facet::AboveUpTo(0, 1), "false accept rates at which FRR is given [1]");
    VisitDetectionCost(v);
    v("draws", draws, facet::Range(100, 100000), "of the bootstrap over people, without folds");
    v("scores", scores, facet::Any(), facet::kScoresDoc);
  }
};

// EER, FRR at each FAR, in %; the detection cost in 1.
std::vector<double> FiguresOf(const Options& options, const std::vector<double>& fars,
                              const std::vector<RocPoint>& roc) {
  std::vector<double> figures = {100.0 * EqualErrorRate(roc)};
  for (const double far : fars) figures.push_back(100.0 * (1.0 - TrueAcceptRate(roc, far)));
  figures.push_back(SmallestDetectionCost(options, roc));
  return figures;
}

// By distance. Who the people are was numbered before: the draws of a seed depend on it.
void SortTogether(std::vector<Comparison>* compared, std::vector<facet::PersonPair>* people) {
  std::vector<size_t> order(compared->size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return (*compared)[a].distance < (*compared)[b].distance; });
  const std::vector<Comparison> compared_before = *compared;
  const std::vector<facet::PersonPair> people_before = *people;
  for (size_t i = 0; i < order.size(); ++i) {
    (*compared)[i] = compared_before[order[i]];
    (*people)[i] = people_before[order[i]];
  }
}

// Nothing where the pairs are separated: such a ROC has no point inside.
void AddCurve(const std::vector<RocPoint>& roc, Evaluation* evaluation) {
  constexpr double kEnd = 1e-6;
  facet::Curve curve{"DET",
                     "normal deviate of the false accept rate",
                     "normal deviate of the false reject rate",
                     {},
                     {}};
  for (const RocPoint& point : roc) {
    if (point.far < kEnd || point.frr < kEnd || point.far > 1 - kEnd || point.frr > 1 - kEnd) {
      continue;
    }
    curve.x.push_back(boost::math::quantile(boost::math::normal(), point.far));
    curve.y.push_back(boost::math::quantile(boost::math::normal(), point.frr));
  }
  if (!curve.x.empty()) evaluation->curves.push_back(std::move(curve));
}

class Det final : public facet::Evaluator {
 public:
  explicit Det(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
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
  facet::PairDistance Distance() const {
    return options_.distance == "cosine" ? facet::PairDistance::kCosine : facet::PairDistance::kL2;
  }
  bool Normalizes(const EvaluationInput& input) const {
    return options_.normalize && !input.projected;
  }

  // The pairs of one fold under its matrix, sorted.
  absl::StatusOr<std::vector<Comparison>> PairsOf(const EvaluationInput& input,
                                                  int64_t fold) const {
    FACET_ASSIGN_OR_RETURN(const std::vector<Comparison> all,
                           PairDistances(input, fold, Distance(), Normalizes(input)));
    std::vector<Comparison> own;
    for (size_t i = 0; i < all.size(); ++i) {
      if (input.data->protocol.pairs[i].fold == fold) own.push_back(all[i]);
    }
    return own;
  }

  absl::StatusOr<MeasurableRates> Rates(int64_t num_impostors) const {
    return facet::KeepMeasurable(options_.far, Options().far, num_impostors, facet::FarOfPairs());
  }

  static std::vector<std::string> Names(const std::vector<double>& fars) {
    std::vector<std::string> names = {"EER"};
    for (const double far : fars) {
      names.push_back(absl::StrCat("FRR at FAR ", 100.0 * far, " %"));
    }
    names.emplace_back("minimum detection cost");
    return names;
  }

  // `values[i]` and the spread of `samples[.][i]`.
  static Evaluation Report(const MeasurableRates& far, const std::vector<double>& values,
                           const std::vector<std::vector<double>>& samples, bool folds,
                           const std::string& error_kind, int64_t num_pairs) {
    Evaluation evaluation;
    evaluation.notices = far.notices;
    const std::vector<std::string> names = Names(far.rates);
    for (size_t i = 0; i < values.size(); ++i) {
      std::vector<double> column;
      for (const std::vector<double>& sample : samples) column.push_back(sample[i]);
      const double error =
          folds ? facet::MeanWithError(column).standard_error : facet::StandardDeviation(column);
      evaluation.metrics.push_back(
          {names[i], values[i], error, error_kind, i + 1 < names.size() ? "%" : "1", num_pairs});
      if (i == 0) evaluation.replicates = column;
    }
    evaluation.replicate_kind = folds ? "fold" : "bootstrap";
    return evaluation;
  }

  absl::StatusOr<Evaluation> Folds(const EvaluationInput& input) const {
    const Protocol& protocol = input.data->protocol;
    const bool per_fold = input.descriptors.size() > 1;
    const std::vector<int64_t> impostors = facet::ImpostorsOfFolds(protocol);
    const int64_t fewest = *std::min_element(impostors.begin(), impostors.end());
    FACET_ASSIGN_OR_RETURN(
        const MeasurableRates far,
        Rates(per_fold ? fewest : std::accumulate(impostors.begin(), impostors.end(), int64_t{0})));
    std::vector<Comparison> pooled;
    std::vector<std::vector<RocPoint>> rocs;
    std::vector<std::vector<double>> figures;
    for (int64_t fold = 0; fold < protocol.num_folds; ++fold) {
      FACET_ASSIGN_OR_RETURN(std::vector<Comparison> own, PairsOf(input, fold));
      pooled.insert(pooled.end(), own.begin(), own.end());
      facet::SortByDistance(own);
      rocs.push_back(facet::RocOf(own));
      figures.push_back(FiguresOf(options_, far.rates, rocs.back()));
    }
    facet::SortByDistance(pooled);
    const std::vector<RocPoint> roc = per_fold ? facet::MeanRocAtFarOf(rocs) : facet::RocOf(pooled);
    std::vector<double> values = FiguresOf(options_, far.rates, roc);
    for (size_t i = 0; per_fold && i < values.size(); ++i) {
      values[i] = 0;
      for (const std::vector<double>& of_fold : figures) {
        values[i] += of_fold[i] / static_cast<double>(figures.size());
      }
    }
    Evaluation evaluation = Report(far, values, figures, true,
                                   absl::StrCat("over ", protocol.num_folds, " folds, ddof 1"),
                                   static_cast<int64_t>(protocol.pairs.size()));
    for (size_t i = 0; i < far.rates.size(); ++i) {
      double& error = evaluation.metrics[1 + i].standard_error;
      error = facet::ErrorOfFolds(error, far.rates[i], fewest, facet::FarOfPairs(),
                                  &evaluation.notices);
    }
    AddCurve(roc, &evaluation);
    return evaluation;
  }

  absl::StatusOr<Evaluation> Split(const EvaluationInput& input) const {
    FACET_ASSIGN_OR_RETURN(const MeasurableRates far,
                           Rates(facet::ImpostorsOfFolds(input.data->protocol)[1]));
    FACET_ASSIGN_OR_RETURN(std::vector<Comparison> own, PairsOf(input, 1));
    std::vector<facet::Pair> pairs;
    for (const facet::Pair& pair : input.data->protocol.pairs) {
      if (pair.fold == 1) pairs.push_back(pair);
    }
    facet::PeopleOfPairs people = PeopleOf(*input.data, pairs);
    SortTogether(&own, &people.pairs);
    std::vector<std::vector<double>> draws;
    FACET_RETURN_IF_ERROR(BootstrapPeople(
        people, options_.draws, input.seed, [&](const std::vector<double>& weights) {
          std::vector<Comparison> drawn;
          for (size_t i = 0; i < own.size(); ++i) {
            if (weights[i] > 0) drawn.push_back({own[i].distance, own[i].genuine, weights[i]});
          }
          draws.push_back(FiguresOf(options_, far.rates, facet::RocOf(drawn)));
        }));
    const std::vector<RocPoint> roc = facet::RocOf(own);
    Evaluation evaluation =
        Report(far, FiguresOf(options_, far.rates, roc), draws, false,
               facet::TextOf({"people", people.num_people, options_.draws, input.seed}),
               static_cast<int64_t>(own.size()));
    AddCurve(roc, &evaluation);
    return evaluation;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, Det, Options, "det",
             "DET curve, EER, FRR at fixed FAR and the smallest detection cost",
             "Martin et al., The DET curve, Eurospeech 1997")
