// What an aligner's errors say: AUC, failures, the cumulative distribution. A face without an error
// counts as one whose error is above any limit, unless its kind does not count.
#ifndef FACET_PLUGINS_EVALUATORS_LANDMARK_SCORES_H_
#define FACET_PLUGINS_EVALUATORS_LANDMARK_SCORES_H_

#include <optional>
#include <string>
#include <vector>

#include "core/api/evaluator.h"

namespace facet {

// One sample with a truth.
struct JudgedLandmarks {
  enum class State {
    kMissed,     // by the detector
    kElsewhere,  // the detector took another face
    kRefused,    // the aligner found nothing in the right box
    kFound
  } state = State::kMissed;
  double error = 0.0;  // kFound: over the length that counts as 1

  bool detected() const { return state == State::kRefused || state == State::kFound; }
  bool found() const { return state == State::kFound; }
};

struct LandmarkRule {
  double failure = 0.1;         // error above which a face has failed
  bool undetected_fail = true;  // else faces that are not detected do not count

  bool Counts(const JudgedLandmarks& face) const { return undetected_fail || face.detected(); }
};

// Shares in [0, 1]; `error` in the length that counts as 1.
struct LandmarkFigures {
  double area = 0.0, failures = 0.0;  // of the faces that count
  double error = 0.0;                 // mean of the found
  double undetected = 0.0;            // of all
  double failures_of_detected = 0.0;
};
// Of the samples, each as often as `copies` says; nothing if no found face is among them.
std::optional<LandmarkFigures> FiguresOf(const std::vector<JudgedLandmarks>& faces,
                                         const std::vector<double>& copies,
                                         const LandmarkRule& rule);

// Share of the faces that count with at most an error, up to twice the limit.
Curve CumulativeErrors(const std::vector<JudgedLandmarks>& faces, const LandmarkRule& rule,
                       const std::string& length);

}  // namespace facet

#endif  // FACET_PLUGINS_EVALUATORS_LANDMARK_SCORES_H_
