#include "core/graph/key_neighbours.h"

#include <algorithm>
#include <cstring>

namespace facet {
namespace {

constexpr uint64_t kAbsent = 0;

}  // namespace

uint64_t Hash64(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

LeafHashes HashLeaves(const std::map<std::string, Json>& leaves) {
  LeafHashes hashes;
  for (const auto& [path, value] : leaves) {
    hashes.emplace_back(Hash64(path), std::max<uint64_t>(1, Hash64(Dump(value))));
  }
  return hashes;
}

std::string Packed(const LeafHashes& hashes) {
  return {reinterpret_cast<const char*>(hashes.data()), hashes.size() * sizeof(hashes[0])};
}

LeafHashes Unpacked(std::string_view bytes) {
  LeafHashes hashes(bytes.size() / sizeof(LeafHashes::value_type));
  std::memcpy(static_cast<void*>(hashes.data()), bytes.data(),
              hashes.size() * sizeof(LeafHashes::value_type));
  return hashes;
}

void KeyNeighbours::Add(const LeafHashes& leaves) {
  for (const auto& [path, value] : leaves) columns_[path].others[value].push_back(size_);
  ++size_;
}

void KeyNeighbours::Settle() {
  for (auto& [path, column] : columns_) {
    std::vector<bool> has(size_);
    for (const auto& [value, places] : column.others) {
      for (const uint32_t place : places) has[place] = true;
    }
    for (uint32_t place = 0; place < size_; ++place) {
      if (!has[place]) column.others[kAbsent].push_back(place);
    }
    const auto common = std::max_element(
        column.others.begin(), column.others.end(),
        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    column.common = common->first;
    column.others.erase(common);
  }
}

size_t KeyNeighbours::Nearest(const LeafHashes& leaves) const {
  std::unordered_map<uint64_t, uint64_t> asked(leaves.begin(), leaves.end());
  std::vector<int32_t> differences(size_);
  for (const auto& [path, column] : columns_) {
    const auto found = asked.find(path);
    const uint64_t value = found == asked.end() ? kAbsent : found->second;
    if (value == column.common) {
      for (const auto& [other, places] : column.others) {
        for (const uint32_t place : places) ++differences[place];
      }
    } else if (const auto same = column.others.find(value); same != column.others.end()) {
      for (const uint32_t place : same->second) --differences[place];
    }
  }
  return static_cast<size_t>(std::min_element(differences.begin(), differences.end()) -
                             differences.begin());
}

}  // namespace facet
