// Viola-Jones cascades: frontal faces, and where none is found profile faces.
//
// In:  an image. Boxes are squares from the brows to the chin, which is the canonical box; those of
//      the profile cascade are brought to the same convention here.
// Out: faces with their pose, best first: frontal before profile, each by the sum of the cascade's
//      last stage (a boosted score without unit, comparable within one cascade). No landmarks.
// The profile cascade of opencv-data sees faces that look to the image's left, and sees the others
// in the mirrored image. Of overlapping faces the one that comes first stays.
// Errors: NotFound names a missing cascade file and the package opencv-data.
// Example: detector = { use = "haar", min_side = 0.2, profile_if = "always" }
// Source: Viola, Jones, CVPR 2001; cascades by R. Lienhart and D. Bradley in opencv-data.
#include <memory>
#include <utility>
#include <vector>

#include "core/api/detector.h"
#include "plugins/detectors/cascade_detector.h"

namespace facet {
namespace {

struct Options : CascadeDetectorOptions {
  Options() {
    frontal = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml";
    profile = "/usr/share/opencv4/haarcascades/haarcascade_profileface.xml";
  }
};

// The profile cascade draws larger boxes: the factor that brings them to the canonical size is the
// median over 38 turned faces of CelebA against YuNet's canonical boxes (whose centres agree with
// these within 3 %).
constexpr double kProfileScale = 0.8;

class Haar final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<Haar>> Create(const Options& options) {
    FACET_ASSIGN_OR_RETURN(CascadeDetector cascades,
                           CascadeDetector::Create(options, {Pose::kLeft, {kProfileScale}}));
    return std::unique_ptr<Haar>(new Haar(std::move(cascades)));
  }

  BoxConvention convention() const override { return cascades_.convention(); }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    return cascades_.Detect(image);
  }

 private:
  explicit Haar(CascadeDetector cascades) : cascades_(std::move(cascades)) {}

  CascadeDetector cascades_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Haar, facet::Options, "haar",
             "Viola-Jones cascades for frontal and profile faces (files of opencv-data)",
             "Viola, Jones, CVPR 2001")
