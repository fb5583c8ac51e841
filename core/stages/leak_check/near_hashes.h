// For each of some 64-bit hashes the nearest of many others, within a Hamming distance.
//
// Multi-index hashing (Norouzi, Punjani, Fleet 2012): two hashes that differ in at most r bits
// agree in at least one of r + 1 parts, so that only those that share a part are compared. Exact.
#ifndef FACET_CORE_STAGES_LEAK_CHECK_NEAR_HASHES_H_
#define FACET_CORE_STAGES_LEAK_CHECK_NEAR_HASHES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace facet {

struct NearHash {
  int64_t index = -1;  // of the other hash; -1: none is near
  int bits = 0;        // that differ
};

// For each of `queries` the nearest of `others` within `max_bits` (0 .. 32), the first of equals.
// Memory grows with the queries alone.
std::vector<NearHash> FindNearHashes(const std::vector<uint64_t>& queries,
                                     const std::vector<uint64_t>& others, int max_bits);

}  // namespace facet

#endif  // FACET_CORE_STAGES_LEAK_CHECK_NEAR_HASHES_H_
