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
  // How often an anchor was looked at and begins no tuple: of a batch, in which each image is an
  // anchor once, the images (of AnchorMiner those that are anchors) that are first in none; of an
  // epoch, which looks at an anchor once for each of its positives, the positive pairs in none.
  int64_t num_skipped = 0;
};

}  // namespace facet

#endif  // FACET_CORE_API_TUPLES_H_
