// Memory that workers of one run share, one after the other and at once: what they make of an
// artifact, all in the same way, is made by the first and read by the others (decoded images).
#ifndef FACET_CORE_GRAPH_SHARED_MEMORY_H_
#define FACET_CORE_GRAPH_SHARED_MEMORY_H_

#include <cstdint>

namespace facet {

// An open file in memory, which is not mapped but read and written at any place (pread, pwrite), and
// takes only what was written. file -1: there is none.
struct SharedMemory {
  int file = -1;
  int64_t most_bytes = 0;  // that it may take (fstat: st_blocks); those who write look

  explicit operator bool() const { return file >= 0; }
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_SHARED_MEMORY_H_
