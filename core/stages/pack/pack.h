// The pack stage: alignments -> crops.mdb and crops.jsonl, row by row the same face
// (core/records/crops.h).
//
// Inputs "samples", "alignments"; settings PackSettings. A crop's shorter side has size_px pixels. Raw
// crops are height x width x 3 bytes BGR, by which number they are known; the others are JPEG
// files. DataLoss: an image that was read before cannot be read any more.
#ifndef FACET_CORE_STAGES_PACK_PACK_H_
#define FACET_CORE_STAGES_PACK_PACK_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunPack(StageContext& context);

StageType PackStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_PACK_PACK_H_
