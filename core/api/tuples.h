// Pairs and triplets of a batch or of a data set: what miners make and losses take.
#ifndef FACET_CORE_API_TUPLES_H_
#define FACET_CORE_API_TUPLES_H_

#include <cstdint>
#include <string_view>

#include "core/api/tensor.h"

namespace facet {

enum class TupleKind { kNone, kPairs, kTriplets };
inline std::string_view TupleKindName(TupleKind kind) {
  return kind == TupleKind::kNone ? "none" : kind == TupleKind::kPairs ? "pairs" : "triplets";
}

// Index tensors are int64, on the embeddings' device.
struct Tuples {
  TupleKind kind = TupleKind::kNone;
  // kTriplets: three vectors of equal length.
  at::Tensor anchors, positives, negatives;
  // kPairs: positive pairs (positive_first[i], positive_second[i]) and negative pairs.
  at::Tensor positive_first, positive_second, negative_first, negative_second;
  int64_t num_skipped = 0;  // anchors or pairs for which nothing was found
};

}  // namespace facet

#endif  // FACET_CORE_API_TUPLES_H_
