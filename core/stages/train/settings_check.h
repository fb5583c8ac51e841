// The train stage's settings read together, with what one of them asks of another.
#ifndef FACET_CORE_STAGES_TRAIN_SETTINGS_CHECK_H_
#define FACET_CORE_STAGES_TRAIN_SETTINGS_CHECK_H_

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/training/settings.h"

namespace facet {

struct TrainSettings {
  OptimizerSettings optimizer;
  AugmentSettings augment;
  SamplerSettings sampler;
  MemorySettings memory;
};

// From {"optimizer", "augment", "sampler", "memory"}; a missing one has its defaults.
// InvalidArgument: an option that the chosen optimiser, schedule or sampler does not read has
// another value than its default; rates and milestones, ranges, or batch sizes that do not agree.
absl::StatusOr<TrainSettings> ReadTrainSettings(const Json& settings);

}  // namespace facet

#endif  // FACET_CORE_STAGES_TRAIN_SETTINGS_CHECK_H_
