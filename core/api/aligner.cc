#include "core/api/aligner.h"

namespace facet {

Aligner::~Aligner() = default;
LandmarkExamples::~LandmarkExamples() = default;

absl::Status Aligner::Train(const LandmarkExamples&, const TrainingContext&, const std::string&) {
  return absl::UnimplementedError("this aligner learns nothing");
}
absl::Status Aligner::LoadModel(const std::string&) {
  return absl::UnimplementedError("this aligner has no model");
}

Alignment CropOfBox(const Box& box, double extend) {
  const double width = box.width * extend;
  const double height = box.height * extend;
  const double scale = 1.0 / (width < height ? width : height);
  const Point centre = box.Centre();
  Alignment alignment;
  alignment.crop_from_image = {
      {scale, 0, -scale * (centre.x - width / 2), 0, scale, -scale * (centre.y - height / 2)}};
  alignment.aspect = width / height;
  return alignment;
}

}  // namespace facet
