// Loops over the entries of a row that a mask names, and what they take of an entry.
#ifndef FACET_PLUGINS_LOSSES_MASK_LOOPS_H_
#define FACET_PLUGINS_LOSSES_MASK_LOOPS_H_

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
  int64_t count = 0;
  for (int64_t i = 0; i < size; ++i) count += mask[i];
  return count;
}

}  // namespace facet

#endif  // FACET_PLUGINS_LOSSES_MASK_LOOPS_H_
