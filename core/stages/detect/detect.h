// The detect stage: samples -> faces.jsonl, one FaceRecord a sample (core/records/faces.h).
//
// Input "samples"; component "detector"; settings FaceSettings. Boxes come out canonical. An image
// that cannot be read is noted with its reason and left out, or refused after all have been looked
// at: InvalidArgument lists the first of them and their number. An image that the detector fails on
// is left out likewise, or refused at once; which of its errors are about the image:
// core/pipeline/bad_images.h. InvalidArgument as well where the detector fails on all images, no
// image at all gives a face, or all faces lie outside their images (outside_boxes.h).
#ifndef FACET_CORE_STAGES_DETECT_DETECT_H_
#define FACET_CORE_STAGES_DETECT_DETECT_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunDetect(StageContext& context);

StageType DetectStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_DETECT_DETECT_H_
