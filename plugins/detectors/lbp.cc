// Cascades of local binary patterns: `haar`'s search with features that are cheaper to compute.
//
// In:  an image.
// Out: faces with their pose, best first: frontal before profile, each by the number of windows
//      that agree (the last stage gives nearly all faces the same sum). No landmarks. Frontal boxes
//      are squares, which BoxConvention's defaults make canonical; the upright ones of the profile
//      cascade are brought to the frontal one's convention here.
// Errors: NotFound names a missing cascade file and the package opencv-data.
// Example: detector = { use = "lbp", min_side = 0.2 }
// Source: Liao, Zhu, Lei, Zhang, Li: "Learning multi-scale block local binary patterns for face
//      recognition", ICB 2007; cascades of opencv-data: frontal by S. Puttemans, C. Ergun and
//      T. Goedeme (2017), profile by A. Novak (2012).
#include <memory>
#include <utility>
#include <vector>

#include "core/api/detector.h"
#include "plugins/detectors/canonical_boxes.h"
#include "plugins/detectors/cascade_detector.h"

namespace facet {
namespace {

struct Options : CascadeDetectorOptions {
  Options() {
    frontal = "/usr/share/opencv4/lbpcascades/lbpcascade_frontalface_improved.xml";
    profile = "/usr/share/opencv4/lbpcascades/lbpcascade_profileface.xml";
    convention = kLbpBox;  // its window holds the face from brows to mouth
  }
};

// Medians over 22 turned faces of 300-W against boxes from their landmarks: with the frontal
// convention after it, a side of 1.264 and a centre 8.9 % higher than the profile box made square.
constexpr BoxConvention kProfileToFrontal = {0.874, 0.0, 0.01, true};

class Lbp final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<Lbp>> Create(const Options& options) {
    FACET_ASSIGN_OR_RETURN(CascadeDetector cascades,
                           CascadeDetector::Create(options, {Pose::kLeft, kProfileToFrontal,
                                                             CascadeScore::kAgreement}));
    return std::unique_ptr<Lbp>(new Lbp(std::move(cascades)));
  }

  BoxConvention convention() const override { return cascades_.convention(); }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    return cascades_.Detect(image);
  }

 private:
  explicit Lbp(CascadeDetector cascades) : cascades_(std::move(cascades)) {}

  CascadeDetector cascades_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Lbp, facet::Options, "lbp",
             "cascades of local binary patterns for frontal and profile faces (opencv-data)",
             "Liao et al., ICB 2007")
