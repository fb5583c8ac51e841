// The train stage: packed crops -> a network.
//
//   ports     crops (pack), start (train; optional): the network to begin with
//   roles     architecture, loss, miner (if the loss takes tuples; scope batch), optimizer, sampler,
//             augmentation.<name> for each step, schedule and phases.<name>.schedule
//   settings  loop, memory, augmentation, groups, phases (settings_check.h); weights
//             (WeightSettings) where a file is the start
//   files     weights.safetensors, model.json (core/training/model.h), log.jsonl: an object per
//             epoch
//
// Crops without an identity are left out and counted. Of a loss that takes tuples, steps without
// one are counted as well; how many batches can have none is said before the first step, and if
// more than train.most_without_tuples, the stage fails and names the sampler to use
// (InvalidArgument).
#ifndef FACET_CORE_STAGES_TRAIN_TRAIN_H_
#define FACET_CORE_STAGES_TRAIN_TRAIN_H_

#include "absl/status/status.h"

namespace facet {

class StageContext;
struct StageType;

absl::Status RunTrain(StageContext& context);

StageType TrainStage();

}  // namespace facet

#endif  // FACET_CORE_STAGES_TRAIN_TRAIN_H_
