// The part of the preview stage that needs LibTorch.
#ifndef FACET_CORE_STAGES_PREVIEW_TRIPLETS_H_
#define FACET_CORE_STAGES_PREVIEW_TRIPLETS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/pipeline/context.h"

namespace facet {

// Rows of the descriptors' artifact, and distances between the l2-normalised descriptors.
struct MinedTuple {
  std::vector<int64_t> rows;      // anchor, positive, negative; or the two of a pair
  std::vector<double> distances;  // of the rows after the first to the first
  bool genuine = false;           // pairs: of one person
};

// At most `count` tuples of the component "miner" on the input "descriptors". What an epoch's miner
// streams comes first; a batch's miner gets a batch of 256 rows drawn by the seed.
absl::StatusOr<std::vector<MinedTuple>> MineForPreview(StageContext& context, int64_t count,
                                                       uint64_t seed);

}  // namespace facet

#endif  // FACET_CORE_STAGES_PREVIEW_TRIPLETS_H_
