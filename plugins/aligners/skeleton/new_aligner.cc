// The box, turned so that the eyes are level.
//
// In:  a face with landmarks (any scheme that has eyes), or without.
// Out: the square around the box's centre, its side `extend` times the mean of the box's, turned by
//      the slope of the line between the eyes; `aligned` true, landmarks eyes2, confidence the
//      face's score. Without eyes, or where the slope is above `max_turn_rad`: CropOfBox(box,
//      extend), `aligned` false.
// Errors: none.
// Source: none.
// Example:  aligner = { use = "new_aligner", extend = 1.1 }
#include <cmath>

#include "core/api/aligner.h"

namespace {

using facet::Affine;
using facet::Alignment;

struct Options {
  double extend = 1.1;
  double max_turn_rad = 0.8;

  void Visit(facet::OptionVisitor& v) {
    v("extend", extend, facet::AboveUpTo(0, 10), "side of the crop over the canonical box [1]");
    v("max_turn_rad", max_turn_rad, facet::Range(0, 1.5), "largest slope that is believed [rad]");
  }
};

// About `centre`, so that what had the slope `angle_rad` is level.
Affine Levelled(const facet::Point& centre, double angle_rad) {
  const double c = std::cos(angle_rad), s = std::sin(angle_rad);
  return {{c, s, centre.x - c * centre.x - s * centre.y,  //
           -s, c, centre.y + s * centre.x - c * centre.y}};
}

class NewAligner final : public facet::Aligner {
 public:
  explicit NewAligner(const Options& options) : options_(options) {}

  absl::StatusOr<Alignment> Align(const facet::Image&, const facet::Face& face) override {
    Alignment alignment = facet::CropOfBox(face.box, options_.extend);
    const auto eyes = ConvertLandmarks(face.landmarks, facet::LandmarkScheme::kEyes2);
    if (!eyes.ok()) return alignment;
    const double dx = eyes->points[1].x - eyes->points[0].x;
    const double dy = eyes->points[1].y - eyes->points[0].y;
    const double slope_rad = std::atan2(dy, dx);
    if (!(std::abs(slope_rad) <= options_.max_turn_rad)) return alignment;
    // A square: a rectangle that is turned would cut other parts of the face.
    const facet::Point centre = face.box.Centre();
    const double side = (face.box.width + face.box.height) / 2;
    alignment =
        facet::CropOfBox({centre.x - side / 2, centre.y - side / 2, side, side}, options_.extend);
    alignment.crop_from_image = alignment.crop_from_image.After(Levelled(centre, slope_rad));
    alignment.aligned = true;
    alignment.landmarks = *eyes;
    alignment.confidence = face.score;
    return alignment;
  }

 private:
  const Options options_;
};

}  // namespace

FACET_PLUGIN(facet::Aligner, NewAligner, Options, "new_aligner",
             "the box, turned so that the eyes are level", "none")
