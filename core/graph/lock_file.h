// A lock that the kernel drops with its holders, whatever ends them: flock() on a file that says in
// words who holds it.
#ifndef FACET_CORE_GRAPH_LOCK_FILE_H_
#define FACET_CORE_GRAPH_LOCK_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace facet {

// The descriptor that has the lock: closing it, and all that other processes have of it, gives it
// back. -1: somebody else has it; `holder` then says who, and what is odd about that one: "process
// 4711 on host", "process 4711 on host (stopped; `kill -CONT 4711` lets it go on)", "process 4711 on
// host (which has ended, its worker has not yet)". The file is made where it is missing; one that is
// removed (cache gc) between opening and locking is made once more, so that two never hold the lock
// of one path. FailedPrecondition: the file system has no locks,
// or there is something else than a file.
absl::StatusOr<int> LockFile(const std::string& path, std::string* holder);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_LOCK_FILE_H_
