// The fit stage: an aligner that learns is trained on faces with known landmarks.
//
// An example is a sample with landmarks in whose image the detector found its face: the canonical
// box that the aligner will start from must be the detector's own, and hold the landmarks' centre
// (of several faces the selected one may be another's). Samples that give none are counted.
//
// Errors: FailedPrecondition if there is no example, with what is missing; whatever the aligner
// says.
#ifndef FACET_CORE_STAGES_FIT_FIT_H_
#define FACET_CORE_STAGES_FIT_FIT_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

// Component "aligner"; inputs "samples" and "faces"; setting max_megapixels. Writes `model`.
absl::Status RunFit(StageContext& context);

StageType FitStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_FIT_FIT_H_
