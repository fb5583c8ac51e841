// Checks a model file of cv::dpm before it is used: the library opens any file, and reads beyond
// its lists while it detects.
#ifndef FACET_PLUGINS_DETECTORS_DPM_MODEL_H_
#define FACET_PLUGINS_DETECTORS_DPM_MODEL_H_

#include <string>

#include "absl/status/statusor.h"

namespace facet {

struct DpmModelFacts {
  double score_threshold = 0.0;  // the file's: weaker detections are never seen
  int min_side_px = 0;           // of images for which the feature pyramid is complete
};

// NotFound: no such file. InvalidArgument names the first thing that is wrong: not OpenCV's XML, a
// field that is missing, a filter, list or value that does not fit the others.
absl::StatusOr<DpmModelFacts> CheckDpmModel(const std::string& path);

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_DPM_MODEL_H_
