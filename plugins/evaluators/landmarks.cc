// Landmarks: how far from the truth are the points that an aligner found?
//
// In:  samples with landmarks, and what the align stage found for each. Where the schemes differ,
//      the richer one is converted downwards (68 -> 9 -> 5 -> 2), or both to `scheme`.
// Out: per face the mean distance of its points over a length of the true face: between the eyes'
//      centres ("pupils"), between their outer corners ("outer_eyes", needs points9 or points68) or
//      the side of the canonical box that the aligner was given ("box"). From these:
//        AUC           the headline: area under the cumulative distribution up to `failure`, over
//                      `failure`, of all faces
//        failure rate  share of faces above `failure`
//        NME           mean of the faces that have found landmarks, in % of that length
//      and the distribution as a curve up to twice `failure`. A face that the aligner was given and
//      found no landmarks in (a profile left as it was) has an error above any limit, so that
//      refusing hard faces improves neither AUC nor failure rate; it does improve the NME, whose
//      count says of how many faces it speaks. The same holds with missing = "fail" for faces
//      that the detector did not give it: missed ones, whether they are dropped or replaced by the
//      central box (faces.missing), and those for which it took another face (a box in which the
//      true landmarks are not); with missing = "ignore" these do not count. Their
//      share is a figure of its own, and so is the failure rate of the others. Samples without true
//      landmarks never count; notices count each kind. Standard errors are from a bootstrap over the
//      samples with a truth: rows that find other faces are still compared on the same draws.
// Errors: InvalidArgument for data without landmarks, for a scheme that truth or found points
//      cannot be converted to, for found points that are not finite.
// Example:  evaluator = { use = "landmarks", normalise = "outer_eyes", failure = 0.08 }
// Source: Sagonas et al., "300 Faces in-the-Wild", ICCV-W 2013 (error); Yang et al., "An empirical
//      study of recent face alignment methods", 2015 (AUC and failure rate in place of the mean,
//      which single faces govern); Zafeiriou et al., "The Menpo facial landmark localisation
//      challenge", CVPR-W 2017 (AUC ranks; faces without a result are failures).
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/api/landmark_mirror.h"
#include "plugins/evaluators/landmark_scores.h"
#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

struct Options {
  std::string normalise = "pupils";
  std::string scheme = "common";
  double failure = 0.1;
  std::string missing = "fail";
  int64_t draws = 1000;

  void Visit(OptionVisitor& v) {
    v("normalise", normalise, OneOf({"pupils", "outer_eyes", "box"}),
      "the length that counts as 1");
    v("scheme", scheme, OneOf({"common", "eyes2", "points5", "points9", "points68"}),
      "the points that are compared; common: those that truth and found both have");
    v("failure", failure, AboveUpTo(0, 10), "error above which a face has failed [1]");
    v("missing", missing, OneOf({"fail", "ignore"}),
      "a face that the detector missed, or took another one for: a failure, or not counted");
    v("draws", draws, Range(100, 100000), "of the bootstrap over samples");
  }
};

double Distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

using State = JudgedLandmarks::State;

class LandmarkErrors final : public Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresLandmarks};

  explicit LandmarkErrors(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(const std::vector<JudgedLandmarks> faces, Judge(input));
    const auto count = [&faces](auto&& is_counted) {
      return static_cast<int64_t>(std::count_if(faces.begin(), faces.end(), is_counted));
    };
    const int64_t found = count([](const JudgedLandmarks& face) { return face.found(); });
    const int64_t detected = count([](const JudgedLandmarks& face) { return face.detected(); });
    if (found == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no landmarks to score: ", faces.size(), " of ", input.landmarks.size(),
          " samples have true ones, and the aligner found none of these (it was given ", detected,
          " of these faces; does it search landmarks, or need them from the detector?)"));
    }
    const LandmarkRule rule = {options_.failure, options_.missing == "fail"};
    const Resampling resampling = {"samples", static_cast<int64_t>(faces.size()), options_.draws,
                                   input.seed};
    std::vector<LandmarkFigures> draws;
    FACET_RETURN_IF_ERROR(
        Resample(resampling, "found landmarks", [&](const std::vector<double>& copies) {
          const std::optional<LandmarkFigures> figures = FiguresOf(faces, copies, rule);
          if (figures) draws.push_back(*figures);
          return figures.has_value();
        }));
    const std::vector<double> once(faces.size(), 1.0);
    const LandmarkFigures all = FiguresOf(faces, once, rule).value();
    Evaluation evaluation;
    const std::string kind = TextOf(resampling);
    const auto add = [&](const std::string& name, double LandmarkFigures::* figure, int64_t n) {
      std::vector<double> values;
      for (const LandmarkFigures& draw : draws) values.push_back(100 * draw.*figure);
      evaluation.metrics.push_back(
          {name, 100 * all.*figure, StandardDeviation(values), kind, "%", n});
      if (evaluation.replicates.empty()) evaluation.replicates = std::move(values);
    };
    const auto with_truth = static_cast<int64_t>(faces.size());
    const int64_t counted = rule.undetected_fail ? with_truth : detected;
    add(absl::StrCat("AUC up to ", options_.failure), &LandmarkFigures::area, counted);
    add(absl::StrCat("failures above ", options_.failure), &LandmarkFigures::failures, counted);
    add(absl::StrCat("NME, ", LengthName()), &LandmarkFigures::error, found);
    add("faces not detected", &LandmarkFigures::undetected, with_truth);
    add(absl::StrCat("failures above ", options_.failure, " of detected faces"),
        &LandmarkFigures::failures_of_detected, detected);
    evaluation.replicate_kind = "bootstrap";
    evaluation.curves.push_back(CumulativeErrors(faces, rule, LengthName()));
    AddNotices(input, faces, &evaluation);
    return evaluation;
  }

 private:
  std::string LengthName() const {
    return options_.normalise == "outer_eyes" ? "outer eyes" : options_.normalise;
  }

  absl::StatusOr<std::vector<JudgedLandmarks>> Judge(const EvaluationInput& input) const {
    if (input.data == nullptr || input.landmarks.size() != input.data->samples.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("landmarks of ", input.landmarks.size(), " samples, the data has ",
                       input.data == nullptr ? 0 : input.data->samples.size()));
    }
    std::vector<JudgedLandmarks> faces;
    for (size_t i = 0; i < input.landmarks.size(); ++i) {
      const Sample& sample = input.data->samples[i];
      if (sample.landmarks.scheme == LandmarkScheme::kNone) continue;
      faces.emplace_back();
      const FoundLandmarks& found = input.landmarks[i];
      if (!found.has_face) continue;
      if (!AreInBox(sample.landmarks, found.box)) {
        faces.back().state = State::kElsewhere;
      } else if (found.alignment.landmarks.scheme == LandmarkScheme::kNone) {
        faces.back().state = State::kRefused;
      } else {
        const absl::StatusOr<double> error = ErrorOf(sample.landmarks, found);
        if (!error.ok()) return Annotate(error.status(), sample.key);
        faces.back() = {State::kFound, *error};
      }
    }
    if (faces.empty()) {
      return absl::InvalidArgumentError(
          "the test data has no landmarks; data sets with landmarks are landmarks_300w (68 "
          "points) and synthetic (9)");
    }
    return faces;
  }

  absl::StatusOr<double> ErrorOf(const Landmarks& truth, const FoundLandmarks& found) const {
    LandmarkScheme scheme = std::min(truth.scheme, found.alignment.landmarks.scheme);
    if (options_.scheme != "common") {
      FACET_ASSIGN_OR_RETURN(scheme, LandmarkSchemeFromName(options_.scheme));
    }
    FACET_ASSIGN_OR_RETURN(const Landmarks wanted, ConvertLandmarks(truth, scheme));
    FACET_ASSIGN_OR_RETURN(const Landmarks got,
                           ConvertLandmarks(found.alignment.landmarks, scheme));
    double length = (found.box.width + found.box.height) / 2;
    if (options_.normalise == "pupils") {
      FACET_ASSIGN_OR_RETURN(const Landmarks eyes, ConvertLandmarks(truth, LandmarkScheme::kEyes2));
      length = Distance(eyes.points[0], eyes.points[1]);
    } else if (options_.normalise == "outer_eyes") {
      FACET_ASSIGN_OR_RETURN(const Landmarks nine,
                             ConvertLandmarks(truth, LandmarkScheme::kPoints9));
      length = Distance(nine.points[0], nine.points[3]);
    }
    double sum = 0.0;
    for (size_t i = 0; i < wanted.points.size(); ++i) {
      sum += Distance(wanted.points[i], got.points[i]);
    }
    const double error = sum / (static_cast<double>(wanted.points.size()) * length);
    if (std::isfinite(error)) return error;
    return absl::InvalidArgumentError(
        "its error is not a number: points that are not finite, or a true face of no size");
  }

  void AddNotices(const EvaluationInput& input, const std::vector<JudgedLandmarks>& faces,
                  Evaluation* evaluation) const {
    const auto without_truth = input.landmarks.size() - faces.size();
    if (without_truth > 0) {
      evaluation->notices.push_back(
          absl::StrCat(without_truth, " samples have no true landmarks and do not count."));
    }
    const std::string undetected = options_.missing == "fail"
                                       ? "; they are failures, and not in the NME."
                                       : "; they do not count.";
    struct Kind {
      State state;
      std::string text;
    };
    for (const Kind& kind :
         {Kind{State::kMissed, "the detector gave no face" + undetected},
          Kind{State::kElsewhere, "the detector took another face" + undetected},
          Kind{State::kRefused,
               "the aligner found no landmarks; they are failures, and not in the NME."}}) {
      const auto number =
          std::count_if(faces.begin(), faces.end(),
                        [&kind](const JudgedLandmarks& face) { return face.state == kind.state; });
      if (number == 0) continue;
      evaluation->notices.push_back(
          absl::StrCat("For ", number, " of ", faces.size(), " faces ", kind.text));
    }
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Evaluator, facet::LandmarkErrors, facet::Options, "landmarks",
             "error of an aligner's landmarks, with failures and their distribution",
             "Sagonas et al., ICCV-W 2013; Yang et al., arXiv:1511.05049")
