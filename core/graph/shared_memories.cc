#include "core/graph/shared_memories.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "core/graph/memory_watch.h"

namespace facet {
namespace {

SharedMemory Make() {
  SharedMemory memory;
  // Who writes beyond it gets a signal, and places may lie anywhere.
  rlimit limit;
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return memory;
  const MachineMemory machine = ReadMachineMemory();
  memory.most_bytes = std::min(machine.total, machine.left) / 8;
  if (memory.most_bytes > 0) memory.file = ::memfd_create("facet", MFD_CLOEXEC);
  return memory;
}

}  // namespace

SharedMemories::~SharedMemories() {
  while (!memories_.empty()) Drop(memories_.begin()->first);
}

SharedMemory SharedMemories::Of(int producer) {
  const auto [memory, is_new] = memories_.try_emplace(producer);
  if (is_new) memory->second = Make();
  return memory->second;
}

void SharedMemories::Drop(int producer) {
  const auto memory = memories_.find(producer);
  if (memory == memories_.end()) return;
  if (memory->second) ::close(memory->second.file);
  memories_.erase(memory);
}

}  // namespace facet
