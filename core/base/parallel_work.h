// Many like pieces of work on several threads: the files of a data set in the making.
#ifndef FACET_CORE_BASE_PARALLEL_WORK_H_
#define FACET_CORE_BASE_PARALLEL_WORK_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"

namespace facet {

// Calls work(0) .. work(count - 1), each once, on `threads` threads. `go_on` (may be empty) is
// called from the caller's thread, a few times a second, with how many are done; once it says no,
// no piece is begun any more: Cancelled. After an error no piece is begun either; that of the
// smallest index is returned.
absl::Status ParallelWork(int64_t count, int threads,
                          const std::function<absl::Status(int64_t)>& work,
                          const std::function<bool(int64_t done)>& go_on);

}  // namespace facet

#endif  // FACET_CORE_BASE_PARALLEL_WORK_H_
