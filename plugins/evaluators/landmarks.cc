// Landmarks: how far from the truth are the points that an aligner found?
//
// In:  samples with landmarks, and what the align stage found for each. Where the schemes differ,
//      the richer one is converted downwards (68 -> 9 -> 5 -> 2), or both to `scheme`.
// Out: per face the mean distance of its points over a length of the true face: between the eyes'
//      centres ("pupils"), between their outer corners ("outer_eyes", needs points9 or points68) or
//      the side of the canonical box that the aligner was given ("box"). From these:
//        NME           their mean over the faces that have found landmarks, in % of that length
//        failure rate  share of faces above `failure`
//        AUC           area under the cumulative distribution up to `failure`, over `failure`
//      and that distribution as a curve up to twice `failure`. A face without found landmarks
//      (missed, a profile left as it was, or a box in which the true ones are not, so another
//      face's) is a failure with missing = "fail"; else it does not count. Samples without true
//      landmarks never count; both are counted in the notices. Standard errors are from a bootstrap
//      over the samples with a truth: rows that find other faces are still compared on the same
//      draws.
// Errors: InvalidArgument for data without landmarks, for a scheme that truth or found points
//      cannot be converted to, for found points that are not finite.
// Example:  evaluator = { use = "landmarks", normalise = "outer_eyes", failure = 0.08 }
// Source: Sagonas et al., "300 Faces in-the-Wild", ICCV-W 2013 (error); Yang et al., "An empirical
//      study of recent face alignment methods", 2015 (AUC).
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "core/api/landmark_mirror.h"
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
    v("missing", missing, OneOf({"fail", "ignore"}), "a face without found landmarks");
    v("draws", draws, Range(100, 100000), "of the bootstrap over samples");
  }
};

double Distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Of one sample with a truth; no value: nothing was found.
using Errors = std::vector<std::optional<double>>;

struct Figures {
  double error = 0.0, failures = 0.0, area = 0.0;
};

class LandmarkErrors final : public Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresLandmarks};

  explicit LandmarkErrors(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    FACET_ASSIGN_OR_RETURN(const Errors errors, ErrorsOf(input));
    const auto found = std::count_if(errors.begin(), errors.end(), [](auto& e) { return !!e; });
    if (found == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("no landmarks to score: ", errors.size(), " of ", input.landmarks.size(),
                       " samples have true ones, and the aligner found none of these (does it "
                       "search landmarks, or need them from the detector?)"));
    }
    const Resampling resampling = {"samples", static_cast<int64_t>(errors.size()), options_.draws,
                                   input.seed};
    std::vector<Figures> draws;
    FACET_RETURN_IF_ERROR(
        Resample(resampling, "found landmarks", [&](const std::vector<double>& copies) {
          const std::optional<Figures> figures = Score(errors, copies);
          if (figures) draws.push_back(*figures);
          return figures.has_value();
        }));
    const Figures all = Score(errors, std::vector<double>(errors.size(), 1.0)).value();
    Evaluation evaluation;
    const std::string kind = TextOf(resampling);
    const auto add = [&](const std::string& name, double Figures::* figure, int64_t count) {
      std::vector<double> values;
      for (const Figures& draw : draws) values.push_back(100 * draw.*figure);
      evaluation.metrics.push_back({name, 100 * all.*figure, Deviation(values), kind, "%", count});
      if (evaluation.replicates.empty()) evaluation.replicates = std::move(values);
    };
    const int64_t counted =
        options_.missing == "fail" ? static_cast<int64_t>(errors.size()) : found;
    add(absl::StrCat("NME, ", LengthName()), &Figures::error, found);
    add(absl::StrCat("failures above ", options_.failure), &Figures::failures, counted);
    add(absl::StrCat("AUC up to ", options_.failure), &Figures::area, counted);
    evaluation.replicate_kind = "bootstrap";
    evaluation.curves.push_back(CurveOf(errors));
    AddNotices(input, errors, found, &evaluation);
    return evaluation;
  }

 private:
  std::string LengthName() const {
    return options_.normalise == "outer_eyes" ? "outer eyes" : options_.normalise;
  }

  absl::StatusOr<Errors> ErrorsOf(const EvaluationInput& input) const {
    if (input.data == nullptr || input.landmarks.size() != input.data->samples.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("landmarks of ", input.landmarks.size(), " samples, the data has ",
                       input.data == nullptr ? 0 : input.data->samples.size()));
    }
    Errors errors;
    for (size_t i = 0; i < input.landmarks.size(); ++i) {
      const Sample& sample = input.data->samples[i];
      if (sample.landmarks.scheme == LandmarkScheme::kNone) continue;
      const FoundLandmarks& found = input.landmarks[i];
      if (!found.has_face || found.alignment.landmarks.scheme == LandmarkScheme::kNone ||
          !AreInBox(sample.landmarks, found.box)) {
        errors.emplace_back();
        continue;
      }
      const absl::StatusOr<double> error = ErrorOf(sample.landmarks, found);
      if (!error.ok()) return Annotate(error.status(), sample.key);
      errors.emplace_back(*error);
    }
    if (errors.empty()) {
      return absl::InvalidArgumentError(
          "the test data has no landmarks; data sets with landmarks are landmarks_300w (68 "
          "points) and synthetic (9)");
    }
    return errors;
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

  // Of the samples, each as often as it was drawn; nothing if the draw has no found face.
  std::optional<Figures> Score(const Errors& errors, const std::vector<double>& copies) const {
    Figures sums;
    double found = 0.0, counted = 0.0;
    for (size_t i = 0; i < errors.size(); ++i) {
      const double weight = copies[i];
      if (errors[i]) {
        found += weight;
        sums.error += weight * *errors[i];
        sums.area += weight * std::max(0.0, 1.0 - *errors[i] / options_.failure);
      }
      if (!errors[i] && options_.missing == "ignore") continue;
      counted += weight;
      if (!errors[i] || *errors[i] > options_.failure) sums.failures += weight;
    }
    if (found == 0.0) return std::nullopt;
    return Figures{sums.error / found, sums.failures / counted, sums.area / counted};
  }

  static double Deviation(const std::vector<double>& values) {
    double mean = 0.0, squares = 0.0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
  }

  Curve CurveOf(const Errors& errors) const {
    Curve curve{
        "cumulative error", absl::StrCat("error over ", LengthName()), "share of faces", {}, {}};
    constexpr int kSteps = 100;
    double counted = 0.0;
    for (const auto& error : errors) counted += error || options_.missing == "fail";
    for (int step = 0; step <= kSteps; ++step) {
      const double limit = 2 * options_.failure * step / kSteps;
      const auto below = std::count_if(errors.begin(), errors.end(),
                                       [&](const auto& error) { return error && *error <= limit; });
      curve.x.push_back(limit);
      curve.y.push_back(static_cast<double>(below) / counted);
    }
    return curve;
  }

  void AddNotices(const EvaluationInput& input, const Errors& errors, int64_t found,
                  Evaluation* evaluation) const {
    const auto without_truth = input.landmarks.size() - errors.size();
    if (without_truth > 0) {
      evaluation->notices.push_back(
          absl::StrCat(without_truth, " samples have no true landmarks and do not count."));
    }
    const auto missed = static_cast<int64_t>(errors.size()) - found;
    if (missed > 0) {
      evaluation->notices.push_back(absl::StrCat(
          "In ", missed, " of ", errors.size(), " faces no landmarks were found; they ",
          options_.missing == "fail" ? "are failures, and not in the NME." : "do not count."));
    }
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Evaluator, facet::LandmarkErrors, facet::Options, "landmarks",
             "error of an aligner's landmarks, with failures and their distribution",
             "Sagonas et al., ICCV-W 2013; Yang et al., arXiv:1511.05049")
