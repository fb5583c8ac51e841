// For each of some vectors the one of many others with the largest cosine, if it is large enough.
#ifndef FACET_CORE_STAGES_LEAK_CHECK_NEAR_VECTORS_H_
#define FACET_CORE_STAGES_LEAK_CHECK_NEAR_VECTORS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/records/npy.h"

namespace facet {

struct NearVector {
  int64_t index = -1;  // of the other vector; -1: none is near
  double cosine = 0.0;
};

// Rows of `queries` [M, D] and `others` [N, D]; the first of equals. Blocks of matrix products find
// candidates, whose cosines are then summed in double precision in a fixed order: the result
// depends on neither the number of threads nor the library. A row of zeros, or not finite, is near
// nothing. DataLoss if D differs.
absl::StatusOr<std::vector<NearVector>> FindNearVectors(const FloatArray& queries,
                                                        const FloatArray& others,
                                                        double min_cosine);

}  // namespace facet

#endif  // FACET_CORE_STAGES_LEAK_CHECK_NEAR_VECTORS_H_
