// True accept rates at fixed false accept rates, exact, with bootstrap intervals over people
// (the figures of IJB and of MegaFace's verification).
//
// In:  descriptors [templates, D], and either the protocol's pairs or, with pairs = "all", every
//      pair of two templates of known identity: low FARs need many impostors.
// Out: TAR in % at each FAR: the largest that a threshold reaches with a FAR of at most that much,
//      pairs of equal distance together, nothing interpolated. Its standard error and 95 % interval
//      come from a bootstrap over people (plugins/evaluators/person_bootstrap.h). FARs that the
//      impostor pairs cannot show (measurable_rates.h) are left out, with a notice; the headline is
//      the FAR `headline` or else the smallest one that can be shown.
// Curve: TAR over log10 FAR.
// With one projection per fold, pairs of fold i are measured under matrix i and pooled, which mixes
// their scales: pairs = "all" is then refused, and a notice says so.
// Memory: with pairs = "all" 17 bytes for each impostor pair of the largest FAR and a quarter more,
// however many there are; else 28 bytes a pair. Errors: InvalidArgument as `verification`, or for no impostor pairs.
//
// Example:  evaluator = { use = "tar_at_far", pairs = "all", distance = "cosine" }
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/measurable_rates.h"
#include "plugins/evaluators/pair_distances.h"
#include "plugins/evaluators/pair_scoring.h"
#include "plugins/evaluators/person_pairs.h"
#include "plugins/evaluators/resampling.h"

namespace {

using facet::Evaluation;
using facet::EvaluationInput;

struct Options {
  std::string pairs = "protocol";
  std::string distance = "l2";
  bool normalize = true;
  std::vector<double> far = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1};
  double headline = 1e-3;
  int64_t draws = 1000;
  bool scores = false;
  void Visit(facet::OptionVisitor& v) {
    v("pairs", pairs, facet::OneOf({"protocol", "all"}),
      "the protocol's pairs, or all pairs of its templates");
    v("distance", distance, facet::OneOf({"l2", "cosine"}), "between two templates");
    v("normalize", normalize, facet::Any(),
      "l2-normalise the network's descriptors; projections are left as they are");
    v("far", far, facet::AboveUpTo(0, 1), "false accept rates [1]");
    v("headline", headline, facet::AboveUpTo(0, 1), "the one whose TAR heads the table [1]");
    v("draws", draws, facet::Range(100, 100000), "of the bootstrap over people");
    v("scores", scores, facet::Any(), facet::kScoresDoc);
  }
};

class TarAtFar final : public facet::Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresIdentities};
  static absl::StatusOr<std::unique_ptr<TarAtFar>> Create(const Options& options) {
    if (!options.far.empty()) return std::make_unique<TarAtFar>(options);
    return absl::InvalidArgumentError(
        "far is empty, and this evaluator gives nothing else; give at least one rate, for example "
        "far = [1e-3]");
  }
  explicit TarAtFar(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    facet::PairScoring scoring = {options_.pairs == "all", options_.distance == "cosine",
                                  options_.normalize && !input.projected};
    const double largest = *std::max_element(options_.far.begin(), options_.far.end());
    // Some draws of people have the impostors of a rate at larger distances than all people have.
    for (double margin = 1.25;; margin *= 2) {
      scoring.kept_share = std::min(1.0, margin * largest);
      FACET_ASSIGN_OR_RETURN(std::optional<Evaluation> evaluation, Evaluate(input, scoring));
      if (evaluation) return *std::move(evaluation);
    }
  }

 private:
  // None: more impostor pairs have to be kept; never where all are.
  absl::StatusOr<std::optional<Evaluation>> Evaluate(const EvaluationInput& input,
                                                     const facet::PairScoring& scoring) const {
    FACET_ASSIGN_OR_RETURN(const facet::PersonPairs pairs, ScorePairs(input, scoring));
    // Nothing else is measured: defaults that do not fit are as bad as what was asked for.
    FACET_ASSIGN_OR_RETURN(
        facet::MeasurableRates measured,
        facet::KeepMeasurable(options_.far, {}, pairs.num_impostor(), facet::FarOfPairs()));
    std::vector<double>& rates = measured.rates;
    std::sort(rates.begin(), rates.end());
    const auto headline = std::find(rates.begin(), rates.end(), options_.headline);
    if (headline != rates.end()) {
      std::rotate(rates.begin(), headline, headline + 1);
    } else {
      measured.notices.push_back(absl::StrFormat(
          "TAR at FAR %g heads the table: headline = %g is not among the measured far",
          rates.front(), options_.headline));
    }
    FACET_ASSIGN_OR_RETURN(std::optional<Evaluation> evaluation, Report(input, pairs, rates));
    if (!evaluation) return std::nullopt;
    if (options_.scores) FACET_RETURN_IF_ERROR(AddScores(input, scoring, &*evaluation));
    evaluation->notices.insert(evaluation->notices.begin(), measured.notices.begin(),
                               measured.notices.end());
    return evaluation;
  }

  static absl::Status AddScores(const EvaluationInput& input, const facet::PairScoring& scoring,
                                Evaluation* evaluation) {
    if (scoring.all) {
      return absl::InvalidArgumentError(
          "scores = true lists the pairs of a protocol; with pairs = \"all\" there are as many as "
          "templates squared: take the descriptors instead (facet export descriptors)");
    }
    const size_t before = evaluation->curves.size();
    FACET_RETURN_IF_ERROR(AddPairDistances(
        input, scoring.cosine ? facet::PairDistance::kCosine : facet::PairDistance::kL2,
        scoring.normalize, evaluation));
    for (size_t i = before; i < evaluation->curves.size(); ++i) {
      // As they are compared here.
      for (double& distance : evaluation->curves[i].x) distance = static_cast<float>(distance);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<Evaluation>> Report(const EvaluationInput& input,
                                                   const facet::PersonPairs& pairs,
                                                   const std::vector<double>& measured) const {
    FACET_ASSIGN_OR_RETURN(const auto drawn, pairs.Bootstrap(measured, options_.draws, input.seed));
    const std::optional<std::vector<double>> all = pairs.TrueAcceptRates(measured);
    if (!drawn || !all) return std::nullopt;
    const std::vector<double>& tar = *all;
    std::vector<std::vector<double>> draws(measured.size());
    for (const std::vector<double>& rates : *drawn) {
      for (size_t i = 0; i < rates.size(); ++i) draws[i].push_back(100.0 * rates[i]);
    }
    Evaluation evaluation;
    for (size_t i = 0; i < measured.size(); ++i) {
      std::vector<double> sorted = draws[i];
      std::sort(sorted.begin(), sorted.end());
      const auto at = [&sorted](double share) {
        return sorted[static_cast<size_t>(std::lround(share * (sorted.size() - 1.0)))];
      };
      evaluation.metrics.push_back({absl::StrFormat("TAR at FAR %g", measured[i]), 100.0 * tar[i],
                                    facet::StandardDeviation(draws[i]),
                                    absl::StrFormat("%s, 95 %% interval [%.2f, %.2f]",
                                                    facet::TextOf({"people", pairs.num_people(),
                                                                   options_.draws, input.seed}),
                                                    at(0.025), at(0.975)),
                                    "%", pairs.num_impostor() + pairs.num_genuine()});
    }
    facet::Curve curve{
        "TAR over FAR", "log10 of the false accept rate", "true accept rate", {}, {}};
    for (const facet::RocPoint& point : pairs.Roc()) {
      if (point.far <= 0) continue;
      curve.x.push_back(std::log10(point.far));
      curve.y.push_back(1.0 - point.frr);
    }
    if (!curve.x.empty()) evaluation.curves.push_back(std::move(curve));
    evaluation.replicates = draws[0];
    evaluation.replicate_kind = "bootstrap";
    if (input.descriptors.size() > 1) {
      evaluation.notices.emplace_back(
          "Each fold has its own projection: these pooled figures mix the scales of their "
          "distances.");
    }
    return evaluation;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, TarAtFar, Options, "tar_at_far",
             "True accept rates at false accept rates from 1e-6 to 1e-1, with intervals",
             "NIST IJB-A/B/C protocols (Maze et al., ICB 2018)")
