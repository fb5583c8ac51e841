// describe: packed crops and a network -> one descriptor per crop, averaged over views.
//
// Inputs: port "crops" (crops.jsonl, crops.mdb); port "model" (weights.safetensors) where the row
// trains. Role: architecture. Settings: TestCropSettings; "weights": WeightSettings, where a row
// that trains nothing names a file. Output: descriptors.npy [rows, D]
// float32, rows.jsonl. Views (Parkhi et al. 2015, section 5.1): at each scale the crop's shorter
// side becomes `scale` px; windows of the network's input size at the four corners and the centre,
// each with its mirror.
#ifndef FACET_CORE_STAGES_DESCRIBE_DESCRIBE_H_
#define FACET_CORE_STAGES_DESCRIBE_DESCRIBE_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunDescribe(StageContext& context);

StageType DescribeStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_DESCRIBE_DESCRIBE_H_
