#include "plugins/curators/purity/report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace facet {
namespace {

constexpr size_t kCurvePoints = 200;
constexpr double kScoreRange = 3.0;
constexpr int kBins = 60;

// Faces by score, best first, of equal ones the earlier.
std::vector<size_t> Order(const std::vector<RankedFace>& faces) {
  std::vector<size_t> order(faces.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return faces[a].score > faces[b].score; });
  return order;
}

Curve CurveOf(const PrecisionOverRecall& measured) {
  Curve curve;
  curve.name = "precision over recall";
  curve.x_label = "recall";
  curve.y_label = "precision";
  const size_t points = measured.recall.size();
  const size_t shown = std::min(points, kCurvePoints);
  for (size_t i = 0; i < shown; ++i) {
    const size_t point = shown == 1 ? 0 : i * (points - 1) / (shown - 1);
    curve.x.push_back(measured.recall[point]);
    curve.y.push_back(measured.precision[point]);
  }
  return curve;
}

}  // namespace

void Cut(const PurityCut& cut, std::vector<RankedFace>* faces) {
  const auto count = static_cast<double>(faces->size());
  // A little less than the product, which may lie a rounding error above the whole number.
  const auto share = static_cast<int64_t>(std::ceil(cut.keep_share * count * (1.0 - 1e-12)));
  int64_t left = std::min(cut.keep, share);
  for (const size_t i : Order(*faces)) {
    RankedFace& face = (*faces)[i];
    face.kept = left-- > 0 && face.strangers <= cut.max_strangers;
  }
}

double PrecisionOverRecall::at_recall(double wanted) const {
  for (size_t i = 0; i < recall.size(); ++i) {
    if (recall[i] >= wanted) return precision[i];
  }
  return precision.back();
}

PrecisionOverRecall MeasurePrecision(const std::vector<RankedFace>& faces) {
  const auto all = static_cast<double>(
      std::count_if(faces.begin(), faces.end(), [](const RankedFace& face) { return face.right; }));
  const std::vector<size_t> order = Order(faces);
  PrecisionOverRecall measured;
  int64_t right = 0, right_before = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    right += faces[order[i]].right ? 1 : 0;
    if (i + 1 < order.size() && faces[order[i + 1]].score == faces[order[i]].score) continue;
    measured.recall.push_back(static_cast<double>(right) / all);
    measured.precision.push_back(static_cast<double>(right) / static_cast<double>(i + 1));
    measured.average_precision +=
        measured.precision.back() * static_cast<double>(right - right_before) / all;
    right_before = right;
  }
  return measured;
}

Histogram ScoreHistogram(const std::string& name, const std::vector<float>& scores, int bins) {
  Histogram histogram;
  histogram.name = name;
  histogram.x_label = "score (distance from the SVM's plane, in margins)";
  for (int i = 0; i <= bins; ++i) {
    histogram.edges.push_back(kScoreRange * (2.0 * i / bins - 1.0));
  }
  histogram.counts.assign(static_cast<size_t>(bins), 0);
  for (const float score : scores) {
    const double place = (score / kScoreRange + 1.0) / 2.0 * bins;
    const auto bin = static_cast<size_t>(std::clamp(place, 0.0, bins - 1.0));
    ++histogram.counts[bin];
  }
  return histogram;
}

void AddPurity(const std::vector<RankedFace>& faces, bool truth_known, CurationResult* result) {
  const auto count = static_cast<int64_t>(faces.size());
  const int64_t kept =
      std::count_if(faces.begin(), faces.end(), [](const RankedFace& face) { return face.kept; });
  result->metrics.push_back(CountedMetric("faces kept", static_cast<double>(kept), "1", count));
  result->metrics.push_back(
      CountedMetric("faces dropped", static_cast<double>(count - kept), "1", count));
  std::vector<float> right, wrong;
  for (const RankedFace& face : faces) (face.right ? right : wrong).push_back(face.score);
  if (!truth_known) {
    result->histograms.push_back(ScoreHistogram("scores", right, kBins));
    return;
  }
  result->histograms.push_back(ScoreHistogram("scores of right images", right, kBins));
  result->histograms.push_back(ScoreHistogram("scores of wrong images", wrong, kBins));
  if (right.empty()) return;
  const PrecisionOverRecall measured = MeasurePrecision(faces);
  result->metrics.push_back(
      CountedMetric("precision at recall 0.9", 100.0 * measured.at_recall(0.9), "%", count));
  result->metrics.push_back(
      CountedMetric("average precision", 100.0 * measured.average_precision, "%", count));
  result->curves.push_back(CurveOf(measured));
}

}  // namespace facet
