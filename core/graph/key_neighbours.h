// Which of many key documents has the fewest differences from another, without comparing them one by
// one: documents of one type of stage differ in few leaves, so that only what deviates from each
// leaf's commonest value is looked at.
#ifndef FACET_CORE_GRAPH_KEY_NEIGHBOURS_H_
#define FACET_CORE_GRAPH_KEY_NEIGHBOURS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/json.h"

namespace facet {

// FNV-1a, 64 bits (RFC 9923).
uint64_t Hash64(std::string_view text);

// Path -> value of each leaf of a key document.
using LeafHashes = std::vector<std::pair<uint64_t, uint64_t>>;
LeafHashes HashLeaves(const std::map<std::string, Json>& leaves);
// As bytes of this machine, and back.
std::string Packed(const LeafHashes& hashes);
LeafHashes Unpacked(std::string_view bytes);

class KeyNeighbours {
 public:
  // Documents have places: 0, 1, ... in the order in which they are added.
  void Add(const LeafHashes& leaves);
  void Settle();  // after the last, once
  // The place with the fewest differences, of several the first. There must be one.
  size_t Nearest(const LeafHashes& leaves) const;

 private:
  struct Column {
    uint64_t common = 0;
    std::unordered_map<uint64_t, std::vector<uint32_t>> others;  // value -> places
  };
  uint32_t size_ = 0;
  std::unordered_map<uint64_t, Column> columns_;  // by path
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_KEY_NEIGHBOURS_H_
