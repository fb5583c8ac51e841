// The times of files, as the indices remember them.
#ifndef FACET_CORE_GRAPH_NANOSECONDS_H_
#define FACET_CORE_GRAPH_NANOSECONDS_H_

#include <cstdint>
#include <ctime>

namespace facet {

inline int64_t Nanoseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * 1000000000 + time.tv_nsec;
}

}  // namespace facet

#endif  // FACET_CORE_GRAPH_NANOSECONDS_H_
