// What a killed stage goes on from: every finished W', written once, and the state of the one that
// is being learned, in two generations (core/training/checkpoint.h). Nothing is written before
// `seconds` have passed, so a short run writes nothing.
#ifndef FACET_CORE_STAGES_PROJECT_CHECKPOINTS_H_
#define FACET_CORE_STAGES_PROJECT_CHECKPOINTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/json.h"
#include "core/training/checkpoint.h"

namespace facet {

struct LearnedProjection {
  StoredTensor projection;  // [L, D]
  Json log;                 // of embed.json
};

class ProjectCheckpoints {
 public:
  ProjectCheckpoints(std::string folder, double seconds);

  // Those that are there, from the first on.
  std::vector<LearnedProjection> LoadFinished();
  // The state in which W' number `index` was saved last; none: it begins.
  std::optional<StoredTensors> LoadCurrent(int64_t index);

  bool IsDue() const;  // `seconds` since the last one, or the start
  // `finished`: all so far; those that no earlier call wrote are written.
  absl::Status SaveFinished(const std::vector<LearnedProjection>& finished);
  // After those: `state` of the W' that follows them.
  absl::Status Save(const std::vector<LearnedProjection>& finished, TensorSources state);

 private:
  std::string FinishedFolder(size_t index) const;

  const std::string folder_;
  const double seconds_;
  CheckpointStore current_;
  double last_;  // seconds on the steady clock
  size_t num_finished_ = 0;
  int64_t num_saved_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_STAGES_PROJECT_CHECKPOINTS_H_
