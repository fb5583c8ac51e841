#include "plugins/evaluators/landmark_scores.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace facet {

std::optional<LandmarkFigures> FiguresOf(const std::vector<JudgedLandmarks>& faces,
                                         const std::vector<double>& copies,
                                         const LandmarkRule& rule) {
  LandmarkFigures sums;
  double all = 0.0, found = 0.0, detected = 0.0, counted = 0.0;
  for (size_t i = 0; i < faces.size(); ++i) {
    const JudgedLandmarks& face = faces[i];
    const double weight = copies[i];
    const double failed = !face.found() || face.error > rule.failure ? weight : 0.0;
    all += weight;
    if (face.found()) {
      found += weight;
      sums.error += weight * face.error;
      sums.area += weight * std::max(0.0, 1.0 - face.error / rule.failure);
    }
    if (face.detected()) {
      detected += weight;
      sums.failures_of_detected += failed;
    }
    if (!rule.Counts(face)) continue;
    counted += weight;
    sums.failures += failed;
  }
  if (found == 0.0) return std::nullopt;
  return LandmarkFigures{sums.area / counted, sums.failures / counted, sums.error / found,
                         (all - detected) / all, sums.failures_of_detected / detected};
}

Curve CumulativeErrors(const std::vector<JudgedLandmarks>& faces, const LandmarkRule& rule,
                       const std::string& length) {
  Curve curve{"cumulative error", absl::StrCat("error over ", length), "share of faces", {}, {}};
  constexpr int kSteps = 100;
  const auto counted =
      std::count_if(faces.begin(), faces.end(),
                    [&rule](const JudgedLandmarks& face) { return rule.Counts(face); });
  for (int step = 0; step <= kSteps; ++step) {
    const double limit = 2 * rule.failure * step / kSteps;
    const auto below = std::count_if(faces.begin(), faces.end(), [&](const JudgedLandmarks& face) {
      return face.found() && face.error <= limit;
    });
    curve.x.push_back(limit);
    curve.y.push_back(static_cast<double>(below) / static_cast<double>(counted));
  }
  return curve;
}

}  // namespace facet
