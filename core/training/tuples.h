// Pairs from triplets and triplets from pairs: a miner of the one kind serves a loss of the other.
#ifndef FACET_CORE_TRAINING_TUPLES_H_
#define FACET_CORE_TRAINING_TUPLES_H_

#include <cstdint>
#include <vector>

#include "core/api/tuples.h"

namespace facet {

// The tuples as `kind` (kPairs or kTriplets); unchanged if they are of that kind.
//   Triplets -> pairs: each (a, p, n) gives (a, p) and (a, n). Pairs that come twice stay twice.
//   Pairs -> triplets: each positive pair with each negative pair of the same first element, in
//   order of the positive pairs, then of the negative ones.
// num_skipped is kept.
Tuples ConvertTuples(const Tuples& tuples, TupleKind kind);

int64_t NumTuples(const Tuples& tuples);

std::vector<int64_t> ToVector(const at::Tensor& indices);  // int64

}  // namespace facet

#endif  // FACET_CORE_TRAINING_TUPLES_H_
