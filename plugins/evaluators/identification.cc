// Identification: who of a gallery is this probe, and is it anybody of the gallery at all?
//
// In:  descriptors [templates, D] of known identities, one matrix; pairs are not used. A data set
//      without a protocol serves: each image is a template.
// Gallery and probes are drawn with the row's seed: each identity with two or more templates puts
// `per_identity` of them into the gallery, the others are its mated probes; identities with one
// template, and a share `unknown` of the others with all of theirs, are probes that no gallery
// entry matches (non-mated). `trials` galleries are drawn, and figures are means over them.
// Out: closed set: CMC, the share of mated probes whose own identity is among the nearest r
//      gallery identities (an identity is as near as its nearest template; identities at equal
//      distance count against the probe). Open set: at FPIR f (share of non-mated probes whose
//      nearest identity is below the threshold), FNIR: share of mated probes that are not matched
//      to their own identity as the nearest below it. All in %. Standard errors: bootstrap over
//      people.
// Errors: InvalidArgument if there is no mated probe, or one projection per fold.
//
// Example:  evaluator = { use = "identification", distance = "cosine", ranks = [1, 5] }
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/identification_trial.h"
#include "plugins/evaluators/resampling.h"

namespace {

using facet::Evaluation;
using facet::EvaluationInput;
using facet::IdentificationTrial;

struct Options {
  std::string distance = "cosine";
  int64_t per_identity = 1;
  double unknown = 0.3;
  std::vector<int64_t> ranks = {1, 5, 10};
  std::vector<double> fpir = {0.01, 0.1};
  int64_t trials = 10;
  int64_t draws = 1000;
  void Visit(facet::OptionVisitor& v) {
    v("distance", distance, facet::OneOf({"l2", "cosine"}), "between two templates");
    v("per_identity", per_identity, facet::AtLeast(1), "gallery templates of an identity");
    v("unknown", unknown, facet::Range(0, 0.9),
      "share of the identities that could be in the gallery and are left out of it");
    v("ranks", ranks, facet::AtLeast(1), "ranks at which the identification rate is given");
    v("fpir", fpir, facet::AboveUpTo(0, 1), "false positive identification rates for FNIR [1]");
    v("trials", trials, facet::Range(1, 1000), "galleries that are drawn");
    v("draws", draws, facet::Range(100, 100000), "of the bootstrap over people");
  }
};

class Identification final : public facet::Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresIdentities};
  static absl::StatusOr<std::unique_ptr<Identification>> Create(const Options& options) {
    if (!options.ranks.empty() || !options.fpir.empty()) {
      return std::make_unique<Identification>(options);
    }
    return absl::InvalidArgumentError(
        "ranks and fpir are both empty, and this evaluator gives nothing else; give at least one, "
        "for example ranks = [1]");
  }
  explicit Identification(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    const facet::GalleryOptions gallery = {options_.distance == "cosine", options_.per_identity,
                                           options_.unknown};
    std::vector<IdentificationTrial> trials;
    for (int64_t i = 0; i < options_.trials; ++i) {
      const uint64_t seed = facet::DeriveSeed(input.seed, absl::StrCat("gallery ", i));
      FACET_ASSIGN_OR_RETURN(IdentificationTrial trial, RunTrial(input, gallery, seed));
      trials.push_back(std::move(trial));
    }
    return Report(trials, input.seed);
  }

 private:
  // Every figure of one trial, in %, with `copies` of each person.
  std::vector<double> FiguresOf(const IdentificationTrial& trial,
                                const std::vector<double>& copies) const {
    std::vector<double> figures;
    for (const int64_t rank : options_.ranks)
      figures.push_back(100.0 * trial.HitRate(rank, copies));
    if (trial.unmated.empty()) return figures;
    for (const double fpir : options_.fpir) figures.push_back(100.0 * trial.Fnir(fpir, copies));
    return figures;
  }

  std::vector<double> MeanFigures(const std::vector<IdentificationTrial>& trials,
                                  const std::vector<double>& copies) const {
    std::vector<double> mean;
    for (const IdentificationTrial& trial : trials) {
      const std::vector<double> figures = FiguresOf(trial, copies);
      mean.resize(figures.size(), 0.0);
      for (size_t i = 0; i < figures.size(); ++i) {
        mean[i] += figures[i] / static_cast<double>(trials.size());
      }
    }
    return mean;
  }

  absl::StatusOr<Evaluation> Report(const std::vector<IdentificationTrial>& trials,
                                    uint64_t seed) const {
    const std::vector<double> values = MeanFigures(trials, {});
    std::vector<std::vector<double>> draws(values.size());
    const facet::Resampling resampling = {"people", trials[0].num_people, options_.draws, seed};
    FACET_RETURN_IF_ERROR(Resample(resampling, "probes", [&](const std::vector<double>& copies) {
      const std::vector<double> figures = MeanFigures(trials, copies);
      for (size_t i = 0; i < values.size(); ++i) draws[i].push_back(figures[i]);
      return true;
    }));
    Evaluation evaluation;
    const std::string error_kind =
        absl::StrCat(TextOf(resampling), "; mean of ", trials.size(), " galleries");
    for (size_t i = 0; i < values.size(); ++i) {
      const bool closed = i < options_.ranks.size();
      const std::string name =
          closed ? absl::StrCat("rank-", options_.ranks[i], " identification")
                 : absl::StrFormat("FNIR at FPIR %g", options_.fpir[i - options_.ranks.size()]);
      evaluation.metrics.push_back(
          {name, values[i], facet::StandardDeviation(draws[i]), error_kind, "%",
           static_cast<int64_t>(closed ? trials[0].mated.size() : trials[0].unmated.size())});
    }
    evaluation.replicates = draws[0];
    evaluation.replicate_kind = "bootstrap";
    evaluation.curves = CurvesOf(trials[0]);
    evaluation.notices.push_back(absl::StrCat(
        "first gallery: ", trials[0].gallery_size, " identities, ", trials[0].mated.size(),
        " mated and ", trials[0].unmated.size(), " non-mated probes"));
    return evaluation;
  }

  static std::vector<facet::Curve> CurvesOf(const IdentificationTrial& trial) {
    facet::Curve cmc{"CMC", "rank", "identification rate", {}, {}};
    const auto last = std::min<int64_t>(trial.gallery_size, 50);
    for (int64_t rank = 1; rank <= last; ++rank) {
      cmc.x.push_back(static_cast<double>(rank));
      cmc.y.push_back(trial.HitRate(rank, {}));
    }
    if (trial.unmated.empty()) return {cmc};
    facet::Curve open{"FNIR over FPIR", "log10 of FPIR", "FNIR", {}, {}};
    for (double exponent = -3; exponent <= 0; exponent += 0.05) {
      const double fpir = std::pow(10.0, exponent);
      if (fpir * static_cast<double>(trial.unmated.size()) < 1) continue;
      open.x.push_back(exponent);
      open.y.push_back(trial.Fnir(fpir, {}));
    }
    return {cmc, open};
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, Identification, Options, "identification",
             "CMC of a closed set, FNIR at fixed FPIR of an open one",
             "Phillips et al., Handbook of Face Recognition 2011; NIST FRVT 1:N")
