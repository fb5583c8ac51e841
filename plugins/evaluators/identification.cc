// Identification: who of a gallery is this probe, and is it anybody of the gallery at all?
//
// In:  descriptors [templates, D] of known identities, one matrix; pairs are not used. A data set
//      without a protocol serves: each image is a template.
// Gallery and probes are drawn with the row's seed: each identity with two or more templates puts
// `per_identity` of them into the gallery, the others are its mated probes; identities with one
// template, and a share `unknown` of the others with all of theirs, are probes that no gallery
// entry matches (non-mated). `trials` galleries are drawn, and figures are means over them; counts
// are of all their searches.
// Out: closed set: CMC, the share of mated probes whose own identity is among the nearest r
//      gallery identities (an identity is as near as its nearest template; identities at equal
//      distance count against the probe); ranks that a gallery is too small to miss are left out,
//      with a notice. Open set: at FPIR f (share of non-mated probes whose
//      nearest identity is below the threshold), FNIR: share of mated probes that are not matched
//      to their own identity as the nearest below it. All in %. FPIRs that the non-mated probes
//      of a gallery cannot show (measurable_rates.h) are left out, with a notice.
// Standard errors: other people and other galleries would give another figure. By the law of total
//      variance it varies by Var(E[figure | people]) + E[Var(figure | people)]. The second is
//      s^2 / trials, s^2 the variance of the figures of single galleries; the first is that of a
//      bootstrap over people of the mean of G galleries, less what so few of them add to it: with
//      W the mean of the same variance of single ones, (W - V) / (G - 1). At least kGalleries are
//      drawn, for this alone if `trials` are fewer. Replicates are draws of both.
// Errors: InvalidArgument if there is no mated probe, for one projection per fold, or for FPIRs of
//      which none can be shown (the default: left out), or if no figure is left.
//
// Example:  evaluator = { use = "identification", distance = "cosine", ranks = [1, 5] }
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/api/evaluator.h"
#include "core/base/random.h"
#include "plugins/evaluators/evaluation_threads.h"
#include "plugins/evaluators/identification_trial.h"
#include "plugins/evaluators/measurable_rates.h"
#include "plugins/evaluators/resampling.h"

namespace {

using facet::Evaluation;
using facet::EvaluationInput;
using facet::IdentificationTrial;

constexpr int64_t kGalleries = 10;

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
    int64_t fewest = std::numeric_limits<int64_t>::max();  // non-mated probes of a gallery
    int64_t smallest = fewest;                             // gallery
    for (int64_t i = 0; i < std::max(kGalleries, options_.trials); ++i) {
      const uint64_t seed = facet::DeriveSeed(input.seed, absl::StrCat("gallery ", i));
      FACET_ASSIGN_OR_RETURN(IdentificationTrial trial, RunTrial(input, gallery, seed));
      fewest = std::min(fewest, static_cast<int64_t>(trial.unmated.size()));
      smallest = std::min(smallest, trial.gallery_size);
      trials.push_back(std::move(trial));
    }
    FACET_ASSIGN_OR_RETURN(const facet::MeasurableRates fpir,
                           facet::KeepMeasurable(options_.fpir, Options().fpir, fewest,
                                                 {"FPIR", "non-mated probes", "fpir"}));
    std::vector<std::string> notices = fpir.notices;
    const std::vector<int64_t> ranks = facet::KeepRanks(options_.ranks, smallest, &notices);
    if (ranks.empty() && fpir.rates.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is nothing to measure: ", absl::StrJoin(notices, "; ")));
    }
    return Report(trials, {ranks, fpir.rates}, notices, input.seed);
  }

 private:
  using Figures = std::vector<double>;

  struct Asked {
    std::vector<int64_t> ranks;
    std::vector<double> fpirs;
  };

  // Every figure of one trial, in %, with `copies` of each person.
  Figures FiguresOf(const IdentificationTrial& trial, const Asked& asked,
                    const std::vector<double>& copies) const {
    Figures figures;
    for (const int64_t rank : asked.ranks) figures.push_back(100.0 * trial.HitRate(rank, copies));
    for (const double fpir : asked.fpirs) figures.push_back(100.0 * trial.Fnir(fpir, copies));
    return figures;
  }

  static Figures Mean(const std::vector<Figures>& all) {
    Figures mean(all[0].size(), 0.0);
    for (const Figures& each : all) {
      for (size_t i = 0; i < each.size(); ++i) mean[i] += each[i] / static_cast<double>(all.size());
    }
    return mean;
  }

  // What the mean of so many galleries is off by when others are drawn, of galleries that were.
  Figures DrawOfGalleries(const std::vector<Figures>& galleries, facet::Random& random) const {
    std::vector<Figures> drawn;
    for (int64_t i = 0; i < options_.trials; ++i) {
      drawn.push_back(galleries[random.Index(galleries.size())]);
    }
    const Figures all = Mean(galleries);
    Figures off = Mean(drawn);
    const auto n = static_cast<double>(galleries.size());
    // Draws of n values have (n - 1) / n of the variance that the values show.
    for (size_t i = 0; i < off.size(); ++i) off[i] = (off[i] - all[i]) * std::sqrt(n / (n - 1));
    return off;
  }

  // draws[i]: values[i] as other people and other galleries give it.
  absl::StatusOr<std::vector<Figures>> Draws(const std::vector<IdentificationTrial>& trials,
                                             const Asked& asked, const Figures& values,
                                             const facet::Resampling& resampling) const {
    std::vector<Figures> galleries;
    for (const IdentificationTrial& trial : trials)
      galleries.push_back(FiguresOf(trial, asked, {}));
    const Figures mean = Mean(galleries);
    const auto num_galleries = static_cast<double>(trials.size());
    // Of people alone: the mean of all galleries, draw by draw, and the spread of single ones.
    std::vector<Figures> of_people(values.size());
    std::vector<Figures> sums(trials.size(), Figures(values.size())), squares = sums;
    using Drawn = std::vector<Figures>;  // of each gallery
    const auto figures_of = [&](const std::vector<const double*>& copies) {
      const std::vector<double> own(copies[0], copies[0] + resampling.num_units);
      Drawn drawn;
      for (const auto& trial : trials) drawn.push_back(FiguresOf(trial, asked, own));
      return std::vector<std::optional<Drawn>>{std::move(drawn)};
    };
    FACET_ASSIGN_OR_RETURN(const std::vector<Drawn> draws,
                           facet::ResampleTogether<Drawn>(
                               resampling, "probes", facet::EvaluationThreads(), 1, figures_of));
    for (const Drawn& drawn : draws) {
      for (size_t g = 0; g < trials.size(); ++g) {
        for (size_t i = 0; i < values.size(); ++i) {
          const double off = drawn[g][i] - galleries[g][i];
          sums[g][i] += off;
          squares[g][i] += off * off;
        }
      }
      const Figures all = Mean(drawn);
      for (size_t i = 0; i < values.size(); ++i) of_people[i].push_back(all[i] - mean[i]);
    }
    Figures scale(values.size(), 1.0);
    const auto n = static_cast<double>(resampling.num_draws);
    for (size_t i = 0; i < values.size(); ++i) {
      double single = 0.0;
      for (size_t g = 0; g < trials.size(); ++g) {
        single += (squares[g][i] - sums[g][i] * sums[g][i] / n) / (n - 1) / num_galleries;
      }
      const double all = std::pow(facet::StandardDeviation(of_people[i]), 2);
      const double added = std::max(0.0, single - all) / (num_galleries - 1);
      if (all > 0.0) scale[i] = std::sqrt(std::max(0.0, all - added) / all);
    }
    facet::Random random(facet::DeriveSeed(resampling.seed, "draws of galleries"));
    for (size_t draw = 0; draw < of_people[0].size(); ++draw) {
      const Figures off = DrawOfGalleries(galleries, random);
      for (size_t i = 0; i < values.size(); ++i) {
        of_people[i][draw] = values[i] + scale[i] * of_people[i][draw] + off[i];
      }
    }
    return of_people;
  }

  absl::StatusOr<Evaluation> Report(const std::vector<IdentificationTrial>& trials,
                                    const Asked& asked, const std::vector<std::string>& notices,
                                    uint64_t seed) const {
    std::vector<Figures> counted;
    const auto of_figures = trials.begin() + options_.trials;  // the rest is for the error
    for (auto trial = trials.begin(); trial != of_figures; ++trial) {
      counted.push_back(FiguresOf(*trial, asked, {}));
    }
    const Figures values = Mean(counted);
    const facet::Resampling resampling = {"people", trials[0].num_people, options_.draws, seed};
    FACET_ASSIGN_OR_RETURN(const std::vector<Figures> draws,
                           Draws(trials, asked, values, resampling));
    int64_t mated = 0, unmated = 0;
    for (auto trial = trials.begin(); trial != of_figures; ++trial) {
      mated += static_cast<int64_t>(trial->mated.size());
      unmated += static_cast<int64_t>(trial->unmated.size());
    }
    Evaluation evaluation;
    evaluation.notices = notices;
    const std::string error_kind =
        absl::StrCat(TextOf(resampling), ", and over galleries; mean of ", options_.trials);
    for (size_t i = 0; i < values.size(); ++i) {
      const bool closed = i < asked.ranks.size();
      const std::string name =
          closed ? absl::StrCat("rank-", asked.ranks[i], " identification")
                 : absl::StrFormat("FNIR at FPIR %g", asked.fpirs[i - asked.ranks.size()]);
      evaluation.metrics.push_back({name, values[i], facet::StandardDeviation(draws[i]), error_kind,
                                    "%", closed ? mated : unmated});
    }
    evaluation.replicates = draws[0];
    evaluation.replicate_kind = "bootstrap";
    evaluation.curves = CurvesOf(trials[0]);
    evaluation.notices.push_back(absl::StrCat(
        options_.trials, " galleries of ", trials[0].gallery_size, " identities: ", mated,
        " searches of mated probes, ", unmated, " of non-mated ones; the curves are of the first"));
    return evaluation;
  }

  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Evaluator, Identification, Options, "identification",
             "CMC of a closed set, FNIR at fixed FPIR of an open one",
             "Phillips et al., Handbook of Face Recognition 2011; NIST FRVT 1:N")
