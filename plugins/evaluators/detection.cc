// Detection: does a detector find the faces that the data set marks?
//
// In:  all detections of each sample's image, canonical boxes; samples with a box are the truth.
//      Samples that share a path (or a render) are faces of one image.
// Out: metrics in %: average precision (the headline; every score counts), then precision, recall,
//      F1 and the mean overlap of matched boxes for what scores at least `min_score` (default: all
//      that the detector gave), and recall at so many false positives per image. Curves: precision
//      over recall, and the discrete ROC of FDDB (true positive rate over all false positives).
// Matching, sizes that do not count and ties: plugins/evaluators/detection_scores.h. Standard errors
// are those of a bootstrap over images. Truth boxes must be canonical too, as the detector's are;
// `given` with its conventions says how far a data set's are from that.
// Images that could not be read, and those without a marked face, are left out, with a notice; so
// are samples without a box in other images, where a detection of theirs counts as false.
// Errors: InvalidArgument if no sample has a box, none is large enough, or something that was found
//      is not finite; FailedPrecondition if no image could be read.
//
// Example:  evaluator = { use = "detection", min_overlap = 0.5, min_score = 0.9 }
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/api/evaluator.h"
#include "plugins/evaluators/detection_scores.h"

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
  double value = 0.0;
  std::vector<double> draws;
  int64_t count = 0;
};

class Detection final : public Evaluator {
 public:
  static constexpr facet::Traits kTraits = {facet::Trait::kScoresDetections};

  explicit Detection(const Options& options) : options_(options) {}

  absl::StatusOr<Evaluation> Evaluate(const EvaluationInput& input) override {
    Evaluation evaluation;
    FACET_ASSIGN_OR_RETURN(const std::vector<ImageTruth> images, Collect(input, &evaluation));
    const JudgedDetections judged =
        JudgeDetections(images, {options_.min_overlap, options_.min_side_px});
    int64_t num_truths = 0;
    for (const int64_t truths : judged.truths) num_truths += truths;
    if (num_truths == 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "no marked face has a mean side of min_side_px = ", options_.min_side_px, " px"));
    }
    AddMetrics(judged, num_truths, input.seed, &evaluation);
    evaluation.curves = DetectionCurves(judged);
    return evaluation;
  }

 private:
  // The images with their truth and what was found; counts in notices what is left out.
  absl::StatusOr<std::vector<ImageTruth>> Collect(const EvaluationInput& input,
                                                  Evaluation* evaluation) const {
    if (input.data == nullptr || input.detections.size() != input.data->samples.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("there are detections for ", input.detections.size(), " of ",
                       input.data == nullptr ? 0 : input.data->samples.size(), " samples"));
    }
    std::vector<ImageTruth> images;
    std::map<std::string, size_t> image_of;
    int64_t unmarked = 0, unreadable = 0;
    for (size_t i = 0; i < input.detections.size(); ++i) {
      const Sample& sample = input.data->samples[i];
      if (!sample.box) {
        ++unmarked;
        continue;
      }
      if (!input.detections[i].readable) {
        ++unreadable;
        continue;
      }
      const std::string name =
          sample.path.empty() ? absl::StrCat("#", sample.render) : absl::StrCat("/", sample.path);
      const auto [at, is_new] = image_of.emplace(name, images.size());
      if (is_new) images.push_back({{}, input.detections[i].faces});
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

  static absl::StatusOr<std::vector<ImageTruth>> Counted(std::vector<ImageTruth> images,
                                                         int64_t unmarked, int64_t unreadable,
                                                         Evaluation* evaluation) {
    if (images.empty() && unreadable > 0) {
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
          absl::StrCat(unreadable, " marked faces lie in images that could not be read"));
    }
    return images;
  }

  void AddMetrics(const JudgedDetections& judged, int64_t num_truths, uint64_t seed,
                  Evaluation* evaluation) const {
    const size_t n = judged.truths.size();
    const auto figures_of = [&](const std::vector<double>& weights) {
      return FiguresOf(judged, weights, options_.min_score, options_.false_per_image);
    };
    const DetectionFigures all = figures_of(std::vector<double>(n, 1.0));
    int64_t num_found = 0, num_matched = 0;
    for (const JudgedDetection& detection : judged.detections) {
      if (detection.score < options_.min_score) continue;
      ++num_found;
      num_matched += detection.is_true;
    }
    std::vector<Figure> figures = {{"average precision", all.average_precision, {}, num_truths},
                                   {"precision", all.precision, {}, num_found},
                                   {"recall", all.recall, {}, num_truths},
                                   {"F1", all.f1, {}, num_truths},
                                   {"mean overlap of matches", all.overlap, {}, num_matched}};
    for (size_t i = 0; i < options_.false_per_image.size(); ++i) {
      figures.push_back(
          {absl::StrCat("recall at ", options_.false_per_image[i], " false per image"),
           all.recall_at[i],
           {},
           num_truths});
    }
    BootstrapImages(judged, n > 1 ? options_.draws : 0, seed, [&](const auto& weights) {
      const DetectionFigures drawn = figures_of(weights);
      std::vector<double> values = {drawn.average_precision, drawn.precision, drawn.recall,
                                    drawn.f1, drawn.overlap};
      values.insert(values.end(), drawn.recall_at.begin(), drawn.recall_at.end());
      for (size_t i = 0; i < values.size(); ++i) figures[i].draws.push_back(values[i]);
    });
    for (const Figure& figure : figures) {
      if (!std::isfinite(figure.value)) {
        evaluation->notices.push_back(
            absl::StrCat(figure.name, " is not defined: nothing was found"));
        continue;
      }
      evaluation->metrics.push_back(
          {figure.name, figure.value, DeviationOfDefined(figure.draws),
           absl::StrCat("bootstrap over ", n, " images, ", options_.draws, " draws"), "%",
           figure.count});
    }
    evaluation->replicates = figures[0].draws;
    if (n > 1) evaluation->replicate_kind = "bootstrap";
  }

  const Options options_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Evaluator, facet::Detection, facet::Options, "detection",
             "Precision, recall, average precision and ROC of a detector",
             "Everingham et al., IJCV 2010; Jain, Learned-Miller, FDDB, UM-CS-2010-009")
