// The align stage: faces -> alignments.jsonl, one AlignmentRecord for every sample that has a face
// (core/records/faces.h).
//
// Inputs "samples", "faces"; component "aligner"; settings AlignSettings. A face that the aligner
// fails on has no record and is counted, or is refused at once; which of its errors are about the
// image: core/pipeline/bad_images.h. InvalidArgument: it fails on all faces. Internal: it gave a
// crop that is none (not finite, no area, longer than 16 times its width). DataLoss: an image that
// the detect stage read cannot be read any more.
#ifndef FACET_CORE_STAGES_ALIGN_ALIGN_H_
#define FACET_CORE_STAGES_ALIGN_ALIGN_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunAlign(StageContext& context);

StageType AlignStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_ALIGN_ALIGN_H_
