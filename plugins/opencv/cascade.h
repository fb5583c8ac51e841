// Cascade classifiers of boosted Haar or LBP features (Viola, Jones: "Rapid object detection using
// a boosted cascade of simple features", CVPR 2001), as the package opencv-data brings them.
#ifndef FACET_PLUGINS_OPENCV_CASCADE_H_
#define FACET_PLUGINS_OPENCV_CASCADE_H_

#include <opencv2/objdetect.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/geometry.h"

namespace facet {

struct CascadeHit {
  Box box;             // px of the searched image
  double score = 0.0;  // comparable within one cascade; see CascadeScore
};

enum class CascadeScore {
  kLastStage,  // the best sum of the last stage's weak classifiers
  kAgreement,  // number of raw windows that agree: where a last stage of few classifiers saturates
};

struct CascadeSearch {
  double scale_factor = 1.1;             // between the sizes of the search window
  int min_neighbours = 3;                // raw windows that must agree
  int min_side_px = 0, max_side_px = 0;  // of the window; 0: no limit
  CascadeScore score = CascadeScore::kLastStage;
};

class Cascade {
 public:
  // NotFound names the file and the Debian package; InvalidArgument: it is no cascade.
  static absl::StatusOr<Cascade> Load(const std::string& path);

  // `grey` is 8UC1. Best score first.
  absl::StatusOr<std::vector<CascadeHit>> Find(const cv::Mat& grey, const CascadeSearch& search);

 private:
  explicit Cascade(std::string path) : path_(std::move(path)) {}
  std::string path_;
  cv::CascadeClassifier classifier_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_OPENCV_CASCADE_H_
