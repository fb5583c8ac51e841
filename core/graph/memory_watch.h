// Holds a worker and its children to the memory that they may have.
//
// Counted is what the machine cannot take back: anonymous pages, shared memory without a file, and
// both in swap. Pages of mapped files (crops, weights) are dropped by the kernel when it needs them,
// and do not count. It is watched because no rlimit says that: RLIMIT_AS counts address space, of
// which CUDA and mapped files take hundreds of GiB, RLIMIT_DATA what is reserved and never touched,
// both for each process by itself, and a failed malloc in a thread of LibTorch ends with a message
// of its own kind each time. Control groups do, but few users may make one.
//
// Looks come as often as the room asks for: a worker that fills pages at 8 GiB/s is seen before it
// is 1 GiB beyond its limit. A look costs some 20 us, one for children (every 2 s) some ms.
#ifndef FACET_CORE_GRAPH_MEMORY_WATCH_H_
#define FACET_CORE_GRAPH_MEMORY_WATCH_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace facet {

struct MachineMemory {
  int64_t total = -1;  // RAM and swap, no more than a container's limit; negative: unknown
  int64_t left = -1;   // what can be had without taking it from anybody
};
MachineMemory ReadMachineMemory();

// Bytes that a process holds, counted as above; 0: it is gone.
int64_t MemoryHeldBy(pid_t pid);

// "8 GiB", "8.25 GiB", "300 MiB".
std::string MemoryText(int64_t bytes);

class MemoryWatch {
 public:
  // `group`: the worker, which leads a process group of its own. `limit_bytes` 0: it may have what
  // the machine has, but for the last of it: a worker that holds more than a quarter of the
  // machine's memory ends where less than 2 % (at most 512 MiB) is left, before everything else on
  // the machine has to stand still for it.
  MemoryWatch(pid_t group, int64_t limit_bytes,
              MachineMemory (*read_machine)() = &ReadMachineMemory);

  // What it is beyond, as the end of "the stage went beyond ..."; empty: it may go on. Looks only
  // when it is time to.
  std::string Look();
  // Until it is.
  absl::Duration Rest() const;

 private:
  int64_t Held();

  const pid_t group_;
  const int64_t limit_bytes_;
  MachineMemory (*const read_machine_)();
  const MachineMemory machine_;
  std::vector<pid_t> children_;
  absl::Time next_look_, next_children_;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_MEMORY_WATCH_H_
