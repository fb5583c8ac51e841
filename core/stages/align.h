// The align stage: faces -> frames.jsonl, one FrameRecord for every sample that has a face
// (artifacts.h).
//
// Inputs "samples", "faces"; component "aligner"; settings FaceSettings (of which it uses the limit
// for images). Internal: the aligner gave a frame that is none (not finite, no area, longer than 16
// times its width). DataLoss: an image that the detect stage read cannot be read any more.
#ifndef FACET_CORE_STAGES_ALIGN_H_
#define FACET_CORE_STAGES_ALIGN_H_

#include "absl/status/status.h"
#include "core/stages/context.h"

namespace facet {

absl::Status RunAlign(StageContext& context);

}  // namespace facet

#endif  // FACET_CORE_STAGES_ALIGN_H_
