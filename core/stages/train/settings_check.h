// The train stage's settings read together, with what one of them asks of another.
#ifndef FACET_CORE_STAGES_TRAIN_SETTINGS_CHECK_H_
#define FACET_CORE_STAGES_TRAIN_SETTINGS_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/training/settings.h"

namespace facet {

struct NamedPhase {
  std::string name;                          // empty: the one that a training without phases has
  int64_t epochs = 1;                        // with what `train` says filled in, and so
  double warmup_epochs = 0.0;                // this
  std::vector<TensorGroup> groups;           // the training's, then its own
  std::string schedule_role, schedule_slot;  // of its component
};

struct TrainSettings {
  LoopSettings loop;
  MemorySettings memory;
  std::vector<std::string> augmentation;  // names of steps, in order; role "augmentation.<name>"
  std::vector<NamedPhase> phases;         // at least one
};

// From {"loop", "memory", "augmentation": [name...], "groups": [{"name", "settings"}...], "phases":
// [{"name", "settings", "groups", "schedule": has its own}...]}; what is missing has its defaults.
// InvalidArgument: a warm-up that leaves nothing of its phase, a memory's option without a memory.
absl::StatusOr<TrainSettings> ReadTrainSettings(const Json& settings);

}  // namespace facet

#endif  // FACET_CORE_STAGES_TRAIN_SETTINGS_CHECK_H_
