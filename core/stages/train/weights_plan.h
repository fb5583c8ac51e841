// `train.weights` in a plan: the files enter the stage that makes a network of them.
#ifndef FACET_CORE_STAGES_TRAIN_WEIGHTS_PLAN_H_
#define FACET_CORE_STAGES_TRAIN_WEIGHTS_PLAN_H_

#include "absl/status/status.h"
#include "core/config/experiment.h"
#include "core/graph/stage.h"

namespace facet {

// Nothing if the row names no such file. InvalidArgument: by its name it is none that can be read.
absl::Status AddWeights(const Row& row, StageSpec* stage);

}  // namespace facet

#endif  // FACET_CORE_STAGES_TRAIN_WEIGHTS_PLAN_H_
