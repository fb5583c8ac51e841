// Detection: does a detector find the faces that the data set marks?
//
// In:  all detections of each sample's image, canonical boxes; samples with a box are the truth.
//      Samples that share a path (or a render) are faces of one image.
// Out: metrics in %: average precision (the headline; every score counts), then precision, recall,
//      F1 and the mean overlap of matched boxes for what scores at least `min_score` (default: all
//      that the detector gave), and recall at so many false positives per image. Curves: precision
//      over recall, and the discrete ROC of FDDB (true positive rate over all false positives).
// Matching, sizes that do not count and ties: plugins/evaluators/detection_scores.h. Standard
// errors are those of a bootstrap over images. Truth boxes must be canonical too, as the detector's
// are; `given` with its conventions says how far a data set's are from that. Nothing was found in
// images that could not be read: their faces are missed ones, with a notice, so that no figure
// improves by what is refused; false positives are counted per image that could be. Images without
// a marked face are left out, with a notice; so are samples without a box in other images, where a
// detection of theirs counts as false. Numbers of false positives per image that the images cannot
// show (measurable_rates.h) are left out; 0: recall before the first false positive.
// Errors: InvalidArgument if no sample has a box, none is large enough, something that was found is
//      not finite, or for false_per_image of which none can be shown (the default: left out);
//      FailedPrecondition if no image could be read.
//
// Example:  evaluator = { use = "detection", min_overlap = 0.5, min_score = 0.9 }
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/detection_scores.h"
#include "plugins/evaluators/measurable_rates.h"
#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

struct Options {
  double min_overlap = 0.5;
  double min_score = -1e9;
  double min_side_px = 0.0;
  std::vector<double> false_per_image = {0.1};
  int64_t draws = 1000;

  void Visit(OptionVisitor& v) {
    v("min_overlap", min_overlap, AboveUpTo(0, 1), "of a match: intersection over union");
    v("min_score", min_score, Any(),
      "of what precision, recall and F1 count; on the detector's scale");
    v("min_side_px", min_side_px, AtLeast(0), "smaller faces are neither missed nor false");
    v("false_per_image", false_per_image, AtLeast(0), "false positives at which recall is given");
    v("draws", draws, Range(100, 100000), "of the bootstrap over images");
  }
};

struct Figure {
  std::string name;
  int64_t count = 0;
};

class Detection final : public Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresDetections};

  explicit Detection(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    Evaluation evaluation;
    FACET_ASSIGN_OR_RETURN(const std::vector<ImageToJudge> images, Collect(input, &evaluation));
    const JudgedDetections judged =
        JudgeDetections(images, {options_.min_overlap, options_.min_side_px});
    int64_t num_truths = 0;
    for (const int64_t truths : judged.truths) num_truths += truths;
    if (num_truths == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no marked face has a mean side of min_side_px = ", options_.min_side_px, " px"));
    }
    FACET_ASSIGN_OR_RETURN(
        MeasurableRates rates,
        KeepMeasurable(options_.false_per_image, Options().false_per_image,
                       std::count(judged.readable.begin(), judged.readable.end(), true),
                       {"FPPI", "readable images", "false_per_image"}));
    for (std::string& notice : rates.notices) evaluation.notices.push_back(std::move(notice));
    FACET_RETURN_IF_ERROR(AddMetrics(judged, num_truths, rates.rates, input.seed, &evaluation));
    evaluation.curves = DetectionCurves(judged);
    return evaluation;
  }

 private:
  // The images with their truth and what was found; counts in notices what is left out.
  absl::StatusOr<std::vector<ImageToJudge>> Collect(const EvaluationInput& input,
                                                    Evaluation* evaluation) const {
    if (input.data == nullptr || input.detections.size() != input.data->samples.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("there are detections for ", input.detections.size(), " of ",
                       input.data == nullptr ? 0 : input.data->samples.size(), " samples"));
    }
    std::vector<ImageToJudge> images;
    std::map<std::string, size_t> image_of;
    int64_t unmarked = 0, unreadable = 0;
    for (size_t i = 0; i < input.detections.size(); ++i) {
      const Sample& sample = input.data->samples[i];
      if (!sample.box) {
        ++unmarked;
        continue;
      }
      if (!input.detections[i].readable) ++unreadable;
      const std::string name =
          sample.path.empty() ? absl::StrCat("#", sample.render) : absl::StrCat("/", sample.path);
      const auto [at, is_new] = image_of.emplace(name, images.size());
      if (is_new) {
        images.push_back({{}, input.detections[i].faces, input.detections[i].readable});
      }
      images[at->second].truths.push_back(*sample.box);
      for (const Face& face : input.detections[i].faces) {
        if (std::isfinite(face.score) && std::isfinite(face.box.x + face.box.y) &&
            std::isfinite(face.box.width + face.box.height)) {
          continue;
        }
        return absl::InvalidArgumentError(
            absl::StrCat("sample ", sample.key, " has a detection that is not finite"));
      }
    }
    return Counted(std::move(images), unmarked, unreadable, evaluation);
  }

  static absl::StatusOr<std::vector<ImageToJudge>> Counted(std::vector<ImageToJudge> images,
                                                           int64_t unmarked, int64_t unreadable,
                                                           Evaluation* evaluation) {
    int64_t num_marked = 0;
    for (const ImageToJudge& image : images)
      num_marked += static_cast<int64_t>(image.truths.size());
    if (unreadable > 0 && unreadable == num_marked) {
      return absl::FailedPreconditionError("none of the images with marked faces could be read");
    }
    if (images.empty()) {
      return absl::InvalidArgumentError(
          "no sample has a box; detection is measured on data sets that mark their faces");
    }
    if (unmarked > 0) {
      evaluation->notices.push_back(
          absl::StrCat(unmarked, " samples have no box and are not counted"));
    }
    if (unreadable > 0) {
      evaluation->notices.push_back(
          absl::StrCat(unreadable, " of ", num_marked,
                       " marked faces lie in images that could not be read; they count as missed"));
    }
    return images;
  }

  // The figures by name, without values.
  std::vector<Figure> Named(const JudgedDetections& judged, int64_t num_truths,
                            const std::vector<double>& false_per_image) const {
    int64_t num_found = 0, num_matched = 0;
    for (const JudgedDetection& detection : judged.detections) {
      if (detection.score < options_.min_score) continue;
      ++num_found;
      num_matched += detection.is_true;
    }
    std::vector<Figure> figures = {{"average precision", num_truths},
                                   {"precision", num_found},
                                   {"recall", num_truths},
                                   {"F1", num_truths},
                                   {"mean overlap of matches", num_matched}};
    for (const double each : false_per_image) {
      figures.push_back({absl::StrCat("recall at ", each, " false per image"), num_truths});
    }
    return figures;
  }

  // Their values, with `weights` of the images.
  std::vector<double> ValuesOf(const JudgedDetections& judged, const std::vector<double>& weights,
                               const std::vector<double>& false_per_image) const {
    const DetectionFigures figures =
        FiguresOf(judged, weights, options_.min_score, false_per_image);
    std::vector<double> values = {figures.average_precision, figures.precision, figures.recall,
                                  figures.f1, figures.overlap};
    values.insert(values.end(), figures.recall_at.begin(), figures.recall_at.end());
    return values;
  }

  absl::Status AddMetrics(const JudgedDetections& judged, int64_t num_truths,
                          const std::vector<double>& false_per_image, uint64_t seed,
                          Evaluation* evaluation) const {
    const size_t n = judged.truths.size();
    const std::vector<Figure> figures = Named(judged, num_truths, false_per_image);
    std::vector<std::vector<double>> draws(figures.size());
    const std::vector<double> values =
        ValuesOf(judged, std::vector<double>(n, 1.0), false_per_image);
    const Resampling resampling = {"images", static_cast<int64_t>(n), options_.draws,
                                   DeriveSeed(seed, "bootstrap over images")};
    const auto use = [&](const std::vector<double>& copies) {
      double drawn_truths = 0.0;
      for (size_t i = 0; i < n; ++i) {
        drawn_truths += copies[i] * static_cast<double>(judged.truths[i]);
      }
      if (drawn_truths == 0.0) return false;
      const std::vector<double> drawn = ValuesOf(judged, copies, false_per_image);
      for (size_t i = 0; i < drawn.size(); ++i) draws[i].push_back(drawn[i]);
      return true;
    };
    if (n > 1) FACET_RETURN_IF_ERROR(Resample(resampling, "a face to be found", use));
    for (size_t i = 0; i < figures.size(); ++i) {
      if (!std::isfinite(values[i])) {
        evaluation->notices.push_back(
            absl::StrCat(figures[i].name, " is not defined: nothing was found"));
        continue;
      }
      evaluation->metrics.push_back({figures[i].name, values[i], DeviationOfDefined(draws[i]),
                                     TextOf(resampling), "%", figures[i].count});
    }
    evaluation->replicates = draws[0];
    if (n > 1) evaluation->replicate_kind = "bootstrap";
    return absl::OkStatus();
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Evaluator, facet::Detection, facet::Options, "detection",
             "Precision, recall, average precision and ROC of a detector",
             "Everingham et al., IJCV 2010; Jain, Learned-Miller, FDDB, UM-CS-2010-009")
