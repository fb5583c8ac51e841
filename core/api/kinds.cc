// Out-of-line destructors: one vtable and one type_info per kind, in libfacet alone.
#include "core/api/aligner.h"
#include "core/api/curator.h"
#include "core/api/dataset.h"
#include "core/api/detector.h"
#include "core/api/evaluator.h"

namespace facet {

Dataset::~Dataset() = default;
Detector::~Detector() = default;
Aligner::~Aligner() = default;
Evaluator::~Evaluator() = default;
Curator::~Curator() = default;
CurationFaces::~CurationFaces() = default;
LandmarkExamples::~LandmarkExamples() = default;

absl::Status Aligner::Train(const LandmarkExamples&, const TrainingContext&, const std::string&) {
  return absl::UnimplementedError("this aligner learns nothing");
}
absl::Status Aligner::LoadModel(const std::string&) {
  return absl::UnimplementedError("this aligner has no model");
}

absl::Status Dataset::LoadCuration(const std::string&, const std::string&) {
  return absl::UnimplementedError("this data set takes no curation");
}
absl::StatusOr<Image> Dataset::Render(int64_t) const {
  return absl::UnimplementedError("this data set has files only, it renders nothing");
}

Box ApplyConvention(const BoxConvention& convention, const Box& box) {
  const Point centre = {box.x + box.width * (0.5 + convention.shift_x),
                        box.y + box.height * (0.5 + convention.shift_y)};
  double width = box.width * convention.scale;
  double height = box.height * convention.scale;
  if (convention.square) width = height = (width + height) / 2;
  return {centre.x - width / 2, centre.y - height / 2, width, height};
}

Alignment FrameOfBox(const Box& box, double extend) {
  const double width = box.width * extend;
  const double height = box.height * extend;
  const double scale = 1.0 / (width < height ? width : height);
  const Point centre = box.Centre();
  Alignment alignment;
  alignment.frame_from_image = {
      {scale, 0, -scale * (centre.x - width / 2), 0, scale, -scale * (centre.y - height / 2)}};
  alignment.aspect = width / height;
  return alignment;
}

}  // namespace facet
