// Faces by cascades: a frontal one, and where that finds none a profile one on the image and its
// mirror image. What `haar` and `lbp` share; they differ in their files and in their boxes.
#ifndef FACET_PLUGINS_DETECTORS_CASCADE_DETECTOR_H_
#define FACET_PLUGINS_DETECTORS_CASCADE_DETECTOR_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/detector.h"
#include "plugins/opencv/cascade.h"

namespace facet {

struct CascadeDetectorOptions {
  std::string frontal, profile;
  std::string profile_if = "missing";
  double scale_factor = 1.1;
  int64_t min_neighbours = 3;
  double min_side = 0.15;
  double max_overlap = 0.3;
  BoxConvention convention;

  void Visit(OptionVisitor& v);
};

// What is known of the cascades, not chosen.
struct CascadeFacts {
  Pose profile_sees = Pose::kLeft;   // it finds the others in the mirrored image
  BoxConvention profile_to_frontal;  // from its boxes to those of the frontal cascade
  CascadeScore score = CascadeScore::kLastStage;
};

class CascadeDetector {
 public:
  // NotFound names a missing cascade file; InvalidArgument: no frontal one is named, or a file is
  // none.
  static absl::StatusOr<CascadeDetector> Create(const CascadeDetectorOptions& options,
                                                const CascadeFacts& facts);

  const BoxConvention& convention() const { return options_.convention; }
  // Frontal faces before profiles, each by their cascade's score.
  absl::StatusOr<std::vector<Face>> Detect(const Image& image);

 private:
  CascadeDetector(const CascadeDetectorOptions& options, const CascadeFacts& facts, Cascade frontal,
                  std::optional<Cascade> profile)
      : options_(options),
        facts_(facts),
        frontal_(std::move(frontal)),
        profile_(std::move(profile)) {}

  absl::Status Search(Cascade& cascade, const cv::Mat& grey, Pose pose, std::vector<Face>* faces);
  void AddUnlessCovered(Face face, std::vector<Face>* faces) const;

  CascadeDetectorOptions options_;
  CascadeFacts facts_;
  Cascade frontal_;
  std::optional<Cascade> profile_;
};

}  // namespace facet

#endif  // FACET_PLUGINS_DETECTORS_CASCADE_DETECTOR_H_
