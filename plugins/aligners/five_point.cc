// Five-point alignment: the least-squares similarity from the face's landmarks to a template.
//
// In:  a face with points5 or a scheme that converts to it (points9, points68).
// Out: a square crop, `aligned` true; confidence the negative root mean square distance between
//      mapped landmarks and template, in crop units (0 is a perfect fit; about -0.01 is usual).
//      Without landmarks, or with landmarks that fix no similarity: CropOfBox(box,
//      fallback_extend) with `aligned` false; so is a profile (pose left or right) where profiles =
//      "leave", the rule of Parkhi et al. (BMVC 2015), which ArcFace's code does not have.
// The template is the one of the 112 x 112 crops that ArcFace's networks are trained on. `extend`
// widens it about (0.5, 0.5 + shift_y); extend = 1, shift_y = 0 is that crop itself.
// Example: aligner = { use = "five_point", extend = 1.0, shift_y = 0.0 }
// Source: Deng, Guo, Zafeiriou: "ArcFace", CVPR 2019 (template in the authors' release); Umeyama,
//      PAMI 1991.
#include <string>
#include <vector>

#include "core/api/aligner.h"
#include "plugins/aligners/patches/nine_points.h"
#include "plugins/aligners/patches/similarity.h"

namespace facet {
namespace {

struct Options {
  // The part of the face that the aligner `none` shows with its defaults: medians over 724 faces of
  // LFW, eye distance 0.349 and eyes' height 0.405 of the crop.
  double extend = 0.95;
  double shift_y = 0.06;
  double fallback_extend = 1.1;
  std::string profiles = "align";

  void Visit(OptionVisitor& v) {
    v("extend", extend, AboveUpTo(0, 10), "side of the crop over the template's [1]");
    v("shift_y", shift_y, Range(-1, 1), "crop's centre below the template's [template sides]");
    v("fallback_extend", fallback_extend, AboveUpTo(0, 10),
      "without landmarks: side of the crop over the canonical box [1]");
    v("profiles", profiles, OneOf({"align", "leave"}), "a face whose pose is left or right");
  }
};

// px of the 112 x 112 crop, where the first pixel's centre is (0, 0).
constexpr double kTemplateSide = 112.0;
constexpr Point kTemplate[] = {{38.2946, 51.6963},
                               {73.5318, 51.5014},
                               {56.0252, 71.7366},
                               {41.5493, 92.3655},
                               {70.7299, 92.2041}};

class FivePoint final : public Aligner {
 public:
  explicit FivePoint(const Options& options) : options_(options) {
    for (const Point& point : kTemplate) {
      // Crop units count from the corner of the first pixel, half a pixel before its centre.
      const double x = (point.x + 0.5) / kTemplateSide, y = (point.y + 0.5) / kTemplateSide;
      template_.push_back(
          {(x - 0.5) / options.extend + 0.5, (y - 0.5 - options.shift_y) / options.extend + 0.5});
    }
  }

  absl::StatusOr<Alignment> Align(const Image&, const Face& face) override {
    const absl::StatusOr<Landmarks> points =
        ConvertLandmarks(face.landmarks, LandmarkScheme::kPoints5);
    if (points.ok() && (options_.profiles == "align" || !IsProfile(face))) {
      const absl::StatusOr<Similarity> fit = FitSimilarity(points->points, template_);
      if (fit.ok()) {
        Alignment alignment;
        alignment.crop_from_image = fit->to_from_from;
        alignment.aligned = true;
        alignment.landmarks = face.landmarks;
        alignment.confidence = -fit->residual_rms;
        return alignment;
      }
    }
    Alignment alignment = CropOfBox(face.box, options_.fallback_extend);
    alignment.landmarks = face.landmarks;
    alignment.confidence = -1.0;  // worse than any fit: the template lies within the crop
    return alignment;
  }

 private:
  const Options options_;
  std::vector<Point> template_;  // crop units
};

}  // namespace
}  // namespace facet

FACET_PLUGIN(facet::Aligner, facet::FivePoint, facet::Options, "five_point",
             "similarity from five landmarks to the ArcFace template",
             "Deng et al., CVPR 2019; Umeyama, PAMI 1991")
