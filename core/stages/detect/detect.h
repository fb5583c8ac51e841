// The detect stage: samples -> faces.jsonl, one FaceRecord a sample (core/records/faces.h).
//
// Input "samples"; component "detector"; settings FaceSettings. Boxes come out canonical. An image
// that cannot be read is noted with its reason and left out, or refused after all have been looked
// at: InvalidArgument lists the first of them and their number. InvalidArgument as well where no
// image at all gives a face, and where all faces lie outside their images (outside_boxes.h).
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
