#include "plugins/aligners/patches/nine_points.h"

#include "plugins/aligners/patches/similarity.h"

namespace facet {
namespace {

// The mean frontal shape of Everingham, Sivic, Zisserman (IVC 27, 2009; their first tree's offsets
// added up), px of their patch from the left eye's left corner. The eyes' centres are 19 px apart
// around x = 14, at y = 0.
constexpr Point kShapePx[] = {{0, 0},   {9, 0},   {19, 0}, {28, 0}, {10, 12},
                              {15, 12}, {20, 12}, {7, 19}, {23, 19}};
constexpr double kEyeDistancePx = 19.0, kMiddlePx = 14.0;

// Where the aligner `none` shows the eyes with its defaults: medians over 724 faces of LFW.
constexpr double kEyeDistance = 0.349, kEyeHeight = 0.405;

}  // namespace

std::vector<Point> NinePointTemplate(const NinePointCrop& crop) {
  std::vector<Point> points;
  for (const Point& p : kShapePx) {
    const double x = 0.5 + (p.x - kMiddlePx) * kEyeDistance / kEyeDistancePx;
    const double y = kEyeHeight + p.y * kEyeDistance / kEyeDistancePx;
    points.push_back({(x - 0.5) / crop.extend + 0.5, (y - 0.5 - crop.shift_y) / crop.extend + 0.5});
  }
  return points;
}

Alignment AlignNinePoints(const Face& face, const Landmarks& landmarks, const NinePointCrop& crop) {
  const absl::StatusOr<Landmarks> nine = ConvertLandmarks(landmarks, LandmarkScheme::kPoints9);
  if (nine.ok() && !IsProfile(face)) {
    const absl::StatusOr<Similarity> fit = FitSimilarity(nine->points, NinePointTemplate(crop));
    if (fit.ok()) {
      Alignment alignment;
      alignment.crop_from_image = fit->to_from_from;
      alignment.aligned = true;
      alignment.landmarks = landmarks;
      alignment.confidence = -fit->residual_rms;
      return alignment;
    }
  }
  Alignment alignment = CropOfBox(face.box, crop.fallback_extend);
  alignment.landmarks = landmarks;
  alignment.confidence = -1.0;  // worse than any fit: the template lies within the crop
  return alignment;
}

}  // namespace facet
