// Loops over the entries of a row that a mask names, and what they take of an entry.
#ifndef FACET_PLUGINS_LOSSES_MASK_LOOPS_H_
#define FACET_PLUGINS_LOSSES_MASK_LOOPS_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace facet {

// Calls each(i) for the masked i of [0, size), ascending. Most masks are nearly empty or nearly
// full: eight entries that are not masked cost one comparison.
template <class Each>
void ForEachMasked(const bool* mask, int64_t size, const Each& each) {
  constexpr int64_t kTogether = 8;
  int64_t i = 0;
  for (; i + kTogether <= size; i += kTogether) {
    uint64_t together;
    std::memcpy(&together, mask + i, sizeof(together));
    if (together == 0) continue;
    for (int64_t j = i; j < i + kTogether; ++j) {
      if (mask[j]) each(j);
    }
  }
  for (; i < size; ++i) {
    if (mask[i]) each(i);
  }
}

// 0 for what is below; what is not a number stays so: a training that diverges has to show it.
template <class T>
T Positive(T value) {
  return value <= 0 ? T{0} : value;
}

inline int64_t NumMasked(const bool* mask, int64_t size) {
  constexpr int64_t kTogether = 8, kWords = 255;  // a byte of their sum counts up to 255
  int64_t count = 0, i = 0;
  while (i + kTogether <= size) {
    uint64_t sums = 0;
    const int64_t last = std::min(size, i + kTogether * kWords) - kTogether;
    for (; i <= last; i += kTogether) {
      uint64_t together;
      std::memcpy(&together, mask + i, sizeof(together));
      sums += together;
    }
    constexpr uint64_t kEven = 0x00ff00ff00ff00ff;
    const uint64_t pairs = (sums & kEven) + ((sums >> 8) & kEven);
    count += static_cast<int64_t>((pairs * 0x0001000100010001) >> 48);
  }
  for (; i < size; ++i) count += mask[i];
  return count;
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_MASK_LOOPS_H_
