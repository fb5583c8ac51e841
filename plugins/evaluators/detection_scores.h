// Detection statistics: matching with the truth, precision, recall, average precision, ROC.
//
// In each image the detections, best score first, take the truth that they overlap most, if by at
// least `min_overlap` (intersection over union) and if no better one took it: a true positive. All
// others are false positives. Truths whose mean side is below `min_side_px` are neither to be found
// nor false where they are; other detections of that size are not counted either.
// Detections of equal score are accepted or rejected together, so no result depends on their order
// across images. Weights are numbers of copies of an image (bootstrap).
#ifndef FACET_PLUGINS_EVALUATORS_DETECTION_SCORES_H_
#define FACET_PLUGINS_EVALUATORS_DETECTION_SCORES_H_

#include <cstdint>
#include <vector>

#include "core/api/detector.h"
#include "core/api/evaluator.h"
#include "core/api/geometry.h"

namespace facet {

struct ImageToJudge {
  std::vector<Box> truths;
  std::vector<Face> faces;
  bool readable = true;
};

struct MatchRule {
  double min_overlap = 0.5;
  double min_side_px = 0.0;
};

struct JudgedDetection {
  double score = 0.0;
  bool is_true = false;
  double overlap = 0.0;  // with its truth
  int64_t image = 0;
};

struct JudgedDetections {
  std::vector<JudgedDetection> detections;  // of all images, best score first
  std::vector<int64_t> truths;              // to be found, of each image
  std::vector<bool> readable;               // of each image
};
JudgedDetections JudgeDetections(const std::vector<ImageToJudge>& images, const MatchRule& rule);

// Counts of what scores at least `score`.
struct OperatingPoint {
  double score = 0.0, num_true = 0.0, num_false = 0.0;
};
// One for each distinct score of an image with weight, best first. `weights`: of each image.
std::vector<OperatingPoint> OperatingPoints(const JudgedDetections& judged,
                                            const std::vector<double>& weights);

// Area under precision over recall, each precision replaced by the best at that recall or a higher
// one (PASCAL VOC since 2010). 0 without detections.
double AveragePrecision(const std::vector<OperatingPoint>& points, double num_truths);

// The largest recall with at most so many false positives; no interpolation.
double RecallAtFalsePositives(const std::vector<OperatingPoint>& points, double num_truths,
                              double max_false);

// All in %. NaN: not defined (precision without detections, overlap without matches).
struct DetectionFigures {
  double average_precision = 0.0, precision = 0.0, recall = 0.0, f1 = 0.0, overlap = 0.0;
  // For each number of false positives per readable image: in the others none can be.
  std::vector<double> recall_at;
};
DetectionFigures FiguresOf(const JudgedDetections& judged, const std::vector<double>& weights,
                           double min_score, const std::vector<double>& false_per_image);

// Standard deviation (divided by n - 1) of the values that are no NaN; -1 with fewer than two.
double DeviationOfDefined(const std::vector<double>& values);

// Precision over recall (none without detections), and FDDB's discrete ROC: true positive rate over
// the number of false positives. Points on a straight horizontal or vertical line are left out.
std::vector<Curve> DetectionCurves(const JudgedDetections& judged);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_DETECTION_SCORES_H_
