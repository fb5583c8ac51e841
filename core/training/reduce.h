// Loss groups -> one number with its gradient.
#ifndef FACET_CORE_TRAINING_REDUCE_H_
#define FACET_CORE_TRAINING_REDUCE_H_

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/loss.h"
#include "core/api/miner.h"

namespace facet {

// The sum of the groups: kMean averages all elements, kMeanNonZero those above 0, kSum adds them.
// A group without (non-zero) elements counts as 0 with a gradient of 0. Internal: a loss gave no
// group, or elements that are no vector.
absl::StatusOr<at::Tensor> ReduceGroups(const std::vector<LossGroup>& groups);

// Loss and miner belong together: the miner makes tuples in the given scope (pairs and triplets are
// converted, tuples.h), and a loss that takes none has no miner. miner may be null: in scope kBatch
// for a loss that does not need one. `slot` is "train" or "embed", for the message.
absl::Status CheckMiner(const Loss& loss, const Miner* miner, MinerScope scope,
                        const std::string& slot);

}  // namespace facet

#endif  // FACET_CORE_TRAINING_REDUCE_H_
