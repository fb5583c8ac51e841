// classify: descriptors and the trained loss's classifier -> how probable each face's own identity
// is.
//
// Inputs: port "descriptors" (descriptors.npy, rows.jsonl: of the images that the network was
// trained on), port "model" (weights.safetensors, model.json). Role: loss. Output: scores.jsonl,
// one ScoreRecord for each row whose identity is a class of the network. FailedPrecondition: a loss
// without a classifier.
#ifndef FACET_CORE_STAGES_CLASSIFY_CLASSIFY_H_
#define FACET_CORE_STAGES_CLASSIFY_CLASSIFY_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunClassify(StageContext& context);

StageType ClassifyStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_CLASSIFY_CLASSIFY_H_
