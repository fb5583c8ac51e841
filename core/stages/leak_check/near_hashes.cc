#include "core/stages/leak_check/near_hashes.h"

#include <algorithm>

namespace facet {
namespace {

// 16 bits at most, so that a part indexes a table.
constexpr int kFewestParts = 4;

struct Part {
  int shift = 0;
  uint64_t mask = 0;
  // Queries in order of the part's bits; those with bits b are first[b] .. first[b + 1] - 1.
  std::vector<uint32_t> first, queries;
};

Part MakePart(const std::vector<uint64_t>& queries, int shift, int bits) {
  Part part;
  part.shift = shift;
  part.mask = (uint64_t{1} << bits) - 1;
  part.first.assign((size_t{1} << bits) + 1, 0);
  for (const uint64_t query : queries) ++part.first[(query >> shift & part.mask) + 1];
  for (size_t b = 1; b < part.first.size(); ++b) part.first[b] += part.first[b - 1];
  std::vector<uint32_t> next = part.first;
  part.queries.resize(queries.size());
  for (size_t q = 0; q < queries.size(); ++q) {
    part.queries[next[queries[q] >> shift & part.mask]++] = static_cast<uint32_t>(q);
  }
  return part;
}

}  // namespace

std::vector<NearHash> FindNearHashes(const std::vector<uint64_t>& queries,
                                     const std::vector<uint64_t>& others, int max_bits) {
  std::vector<NearHash> nearest(queries.size());
  const int num_parts = std::max(max_bits + 1, kFewestParts);
  std::vector<Part> parts;
  for (int i = 0; i < num_parts; ++i) {
    const int shift = 64 * i / num_parts;
    parts.push_back(MakePart(queries, shift, 64 * (i + 1) / num_parts - shift));
  }
  for (size_t i = 0; i < others.size(); ++i) {
    for (const Part& part : parts) {
      const uint64_t value = others[i] >> part.shift & part.mask;
      for (uint32_t at = part.first[value]; at < part.first[value + 1]; ++at) {
        const uint32_t q = part.queries[at];
        const int bits = __builtin_popcountll(queries[q] ^ others[i]);
        NearHash& best = nearest[q];
        if (bits > max_bits || (best.index >= 0 && bits >= best.bits)) continue;
        best = {static_cast<int64_t>(i), bits};
      }
    }
  }
  return nearest;
}

}  // namespace facet
