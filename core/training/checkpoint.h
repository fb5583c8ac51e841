// Checkpoints of a training run: two generations of one file, each with its SHA-256 at its end,
// written atomically in turn. A crash while one is written leaves the other.
#ifndef FACET_CORE_TRAINING_CHECKPOINT_H_
#define FACET_CORE_TRAINING_CHECKPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/training/weights_file.h"

namespace facet {

class CheckpointStore {
 public:
  explicit CheckpointStore(std::string directory) : directory_(std::move(directory)) {}

  // The newest generation that is whole; none: nothing usable is there. Call it before Save, which
  // replaces the other generation.
  std::optional<StoredTensors> Load();
  // `step` grows from one to the next.
  absl::Status Save(int64_t step, TensorSources state);

 private:
  std::string Path(int generation) const;

  const std::string directory_;
  int next_generation_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_CHECKPOINT_H_
