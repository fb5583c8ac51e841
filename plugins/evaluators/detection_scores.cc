#include "plugins/evaluators/detection_scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plugins/evaluators/resampling.h"

namespace facet {
namespace {

bool IsSmall(const Box& box, double min_side_px) {
  return (box.width + box.height) / 2 < min_side_px;
}

void JudgeImage(const ImageToJudge& image, const MatchRule& rule, int64_t index,
                JudgedDetections* judged) {
  std::vector<const Face*> faces;
  for (const Face& face : image.faces) faces.push_back(&face);
  std::stable_sort(faces.begin(), faces.end(),
                   [](const Face* a, const Face* b) { return a->score > b->score; });
  std::vector<bool> is_small, is_taken(image.truths.size(), false);
  for (const Box& truth : image.truths) is_small.push_back(IsSmall(truth, rule.min_side_px));
  for (const Face* face : faces) {
    JudgedDetection detection = {face->score, false, 0.0, index};
    size_t best = 0;
    bool on_small = IsSmall(face->box, rule.min_side_px);
    for (size_t i = 0; i < image.truths.size(); ++i) {
      const double overlap = IntersectionOverUnion(face->box, image.truths[i]);
      if (overlap < rule.min_overlap) continue;
      if (is_small[i]) {
        on_small = true;
      } else if (!is_taken[i] && (!detection.is_true || overlap > detection.overlap)) {
        detection.is_true = true;
        detection.overlap = overlap;
        best = i;
      }
    }
    if (detection.is_true) is_taken[best] = true;
    if (detection.is_true || !on_small) judged->detections.push_back(detection);
  }
  judged->readable.push_back(image.readable);
  judged->truths.push_back(std::count(is_small.begin(), is_small.end(), false));
}

Curve Thinned(const Curve& curve) {
  Curve thin = {curve.name, curve.x_label, curve.y_label, {}, {}};
  for (size_t i = 0; i < curve.x.size(); ++i) {
    const bool is_end = i == 0 || i + 1 == curve.x.size();
    if (!is_end && ((curve.x[i - 1] == curve.x[i] && curve.x[i] == curve.x[i + 1]) ||
                    (curve.y[i - 1] == curve.y[i] && curve.y[i] == curve.y[i + 1]))) {
      continue;
    }
    thin.x.push_back(curve.x[i]);
    thin.y.push_back(curve.y[i]);
  }
  return thin;
}

double Percent(double part, double whole) { return 100.0 * part / whole; }

}  // namespace

JudgedDetections JudgeDetections(const std::vector<ImageToJudge>& images, const MatchRule& rule) {
  JudgedDetections judged;
  for (size_t i = 0; i < images.size(); ++i) {
    JudgeImage(images[i], rule, static_cast<int64_t>(i), &judged);
  }
  std::stable_sort(
      judged.detections.begin(), judged.detections.end(),
      [](const JudgedDetection& a, const JudgedDetection& b) { return a.score > b.score; });
  return judged;
}

std::vector<OperatingPoint> OperatingPoints(const JudgedDetections& judged,
                                            const std::vector<double>& weights) {
  std::vector<OperatingPoint> points;
  OperatingPoint sum;
  for (const JudgedDetection& detection : judged.detections) {
    const double weight = weights[static_cast<size_t>(detection.image)];
    if (weight == 0) continue;
    if (points.empty() || points.back().score != detection.score) points.push_back(sum);
    (detection.is_true ? sum.num_true : sum.num_false) += weight;
    sum.score = detection.score;
    points.back() = sum;
  }
  return points;
}

double AveragePrecision(const std::vector<OperatingPoint>& points, double num_truths) {
  double area = 0.0, best_precision = 0.0;
  for (size_t i = points.size(); i-- > 0;) {
    const OperatingPoint& point = points[i];
    best_precision = std::max(best_precision, point.num_true / (point.num_true + point.num_false));
    const double before = i == 0 ? 0.0 : points[i - 1].num_true;
    area += (point.num_true - before) / num_truths * best_precision;
  }
  return area;
}

double RecallAtFalsePositives(const std::vector<OperatingPoint>& points, double num_truths,
                              double max_false) {
  double recall = 0.0;
  for (const OperatingPoint& point : points) {
    if (point.num_false > max_false) break;
    recall = point.num_true / num_truths;
  }
  return recall;
}

DetectionFigures FiguresOf(const JudgedDetections& judged, const std::vector<double>& weights,
                           double min_score, const std::vector<double>& false_per_image) {
  const std::vector<OperatingPoint> points = OperatingPoints(judged, weights);
  double num_truths = 0.0, num_images = 0.0;
  for (size_t i = 0; i < weights.size(); ++i) {
    num_truths += weights[i] * static_cast<double>(judged.truths[i]);
    if (judged.readable[i]) num_images += weights[i];
  }
  double num_true = 0.0, num_false = 0.0, overlap = 0.0;
  for (const JudgedDetection& detection : judged.detections) {
    if (detection.score < min_score) break;
    const double weight = weights[static_cast<size_t>(detection.image)];
    (detection.is_true ? num_true : num_false) += weight;
    overlap += weight * detection.overlap;
  }
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  DetectionFigures figures;
  figures.average_precision = 100.0 * AveragePrecision(points, num_truths);
  const double num_found = num_true + num_false;
  figures.precision = num_found > 0 ? Percent(num_true, num_found) : kUndefined;
  figures.recall = Percent(num_true, num_truths);
  // 2 P R / (P + R), which is defined without detections too.
  figures.f1 = Percent(2 * num_true, num_found + num_truths);
  figures.overlap = num_true > 0 ? Percent(overlap, num_true) : kUndefined;
  for (const double each : false_per_image) {
    figures.recall_at.push_back(100.0 *
                                RecallAtFalsePositives(points, num_truths, each * num_images));
  }
  return figures;
}

double DeviationOfDefined(const std::vector<double>& values) {
  std::vector<double> defined;
  for (const double value : values) {
    if (std::isfinite(value)) defined.push_back(value);
  }
  return defined.size() < 2 ? -1.0 : StandardDeviation(defined);
}

std::vector<Curve> DetectionCurves(const JudgedDetections& judged) {
  double num_truths = 0.0;
  for (const int64_t truths : judged.truths) num_truths += static_cast<double>(truths);
  Curve precision = {"precision-recall", "recall", "precision", {}, {}};
  Curve roc = {"discrete ROC", "false positives", "true positive rate", {0.0}, {0.0}};
  const std::vector<double> weights(judged.truths.size(), 1.0);
  for (const OperatingPoint& point : OperatingPoints(judged, weights)) {
    const double recall = point.num_true / num_truths;
    precision.x.push_back(recall);
    precision.y.push_back(point.num_true / (point.num_true + point.num_false));
    roc.x.push_back(point.num_false);
    roc.y.push_back(recall);
  }
  std::vector<Curve> curves;
  if (!precision.x.empty()) curves.push_back(Thinned(precision));
  curves.push_back(Thinned(roc));
  return curves;
}

}  // namespace facet
