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
#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/api/detector.h"
#include "plugins/support/cascade.h"
#include "plugins/support/opencv.h"

namespace facet {
namespace {

struct Options {
  std::string frontal = "/usr/share/opencv4/haarcascades/haarcascade_frontalface_alt2.xml";
  std::string profile = "/usr/share/opencv4/haarcascades/haarcascade_profileface.xml";
  std::string profile_if = "missing";
  double scale_factor = 1.1;
  int64_t min_neighbours = 3;
  double min_side = 0.15;
  double max_overlap = 0.3;
  BoxConvention convention;

  void Visit(OptionVisitor& v) {
    v("frontal", frontal, InputFile(), "cascade of frontal faces");
    v("profile", profile, InputFile(), "cascade of faces that look to the left; empty: none");
    v("profile_if", profile_if, OneOf({"missing", "always"}),
      "search for profiles only where there is no frontal face, or always");
    v("scale_factor", scale_factor, Range(1.01, 2), "between the sizes of the search window [1]");
    v("min_neighbours", min_neighbours, Range(0, 100), "overlapping windows that must agree");
    v("min_side", min_side, Range(0, 1), "smallest face [shorter image sides]");
    v("max_overlap", max_overlap, Range(0, 1), "of two faces: intersection over union");
    convention.Visit(v);
  }
};

// The profile cascade draws larger boxes: the factor that brings them to the canonical size is the
// median over 38 turned faces of CelebA against YuNet's canonical boxes (whose centres agree with
// these within 3 %).
constexpr double kProfileScale = 0.8;

class Haar final : public Detector {
 public:
  static absl::StatusOr<std::unique_ptr<Haar>> Create(const Options& options) {
    if (options.frontal.empty()) {
      return absl::InvalidArgumentError("frontal must name a cascade file");
    }
    FACET_ASSIGN_OR_RETURN(Cascade frontal, Cascade::Load(options.frontal));
    std::optional<Cascade> profile;
    if (!options.profile.empty()) {
      FACET_ASSIGN_OR_RETURN(profile, Cascade::Load(options.profile));
    }
    return std::unique_ptr<Haar>(new Haar(options, std::move(frontal), std::move(profile)));
  }

  BoxConvention convention() const override { return options_.convention; }

  absl::StatusOr<std::vector<Face>> Detect(const Image& image, const Sample&) override {
    cv::Mat grey = Grey(image);
    std::vector<Face> faces;
    FACET_RETURN_IF_ERROR(Search(frontal_, grey, Pose::kFrontal, &faces));
    if (!profile_ || (options_.profile_if == "missing" && !faces.empty())) return faces;
    std::vector<Face> turned;
    FACET_RETURN_IF_ERROR(Search(*profile_, grey, Pose::kLeft, &turned));
    const size_t num_left = turned.size();
    cv::flip(grey, grey, 1);
    FACET_RETURN_IF_ERROR(Search(*profile_, grey, Pose::kRight, &turned));
    for (size_t i = num_left; i < turned.size(); ++i) {
      // Mirrored at the image's middle: pixel x was pixel width - 1 - x.
      turned[i].box.x = image.width - 1 - turned[i].box.x - turned[i].box.width;
    }
    std::stable_sort(turned.begin(), turned.end(),
                     [](const Face& a, const Face& b) { return a.score > b.score; });
    for (Face& face : turned) AddUnlessCovered(std::move(face), &faces);
    return faces;
  }

 private:
  Haar(const Options& options, Cascade frontal, std::optional<Cascade> profile)
      : options_(options), frontal_(std::move(frontal)), profile_(std::move(profile)) {}

  absl::Status Search(Cascade& cascade, const cv::Mat& grey, Pose pose, std::vector<Face>* faces) {
    CascadeSearch search;
    search.scale_factor = options_.scale_factor;
    search.min_neighbours = static_cast<int>(options_.min_neighbours);
    search.min_side_px =
        static_cast<int>(std::lround(options_.min_side * std::min(grey.cols, grey.rows)));
    FACET_ASSIGN_OR_RETURN(const std::vector<CascadeHit> hits, cascade.Find(grey, search));
    for (const CascadeHit& hit : hits) {
      Face face;
      face.box = pose == Pose::kFrontal ? hit.box : ApplyConvention({kProfileScale}, hit.box);
      face.score = hit.score;
      face.pose = pose;
      AddUnlessCovered(std::move(face), faces);
    }
    return absl::OkStatus();
  }

  void AddUnlessCovered(Face face, std::vector<Face>* faces) const {
    const bool covered = std::any_of(faces->begin(), faces->end(), [&](const Face& other) {
      return IntersectionOverUnion(face.box, other.box) > options_.max_overlap;
    });
    if (!covered) faces->push_back(std::move(face));
  }

  const Options options_;
  Cascade frontal_;
  std::optional<Cascade> profile_;
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Detector, facet::Haar, facet::Options, "haar",
             "Viola-Jones cascades for frontal and profile faces (files of opencv-data)",
             "Viola, Jones, CVPR 2001")
