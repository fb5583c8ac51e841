// The detect stage: samples -> faces.jsonl, one FaceRecord a sample (artifacts.h).
//
// Input "samples"; component "detector"; settings FaceSettings. Boxes come out canonical. An image
// that cannot be read is noted with its reason and left out, or refused after all have been looked
// at: InvalidArgument lists the first of them and their number. InvalidArgument as well where no
// image at all gives a face.
#ifndef FACET_CORE_STAGES_DETECT_H_
#define FACET_CORE_STAGES_DETECT_H_

#include "absl/status/status.h"
#include "core/stages/context.h"

namespace facet {

absl::Status RunDetect(StageContext& context);

}  // namespace facet

#endif  // FACET_CORE_STAGES_DETECT_H_
