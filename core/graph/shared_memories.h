// The host's part of what workers share (shared_memory.h).
#ifndef FACET_CORE_GRAPH_SHARED_MEMORIES_H_
#define FACET_CORE_GRAPH_SHARED_MEMORIES_H_

#include <map>

#include "core/graph/shared_memory.h"

namespace facet {

// That of each producing stage of a run. It belongs to no file system: the kernel takes it back when
// neither host nor worker has it open any more, whatever ended them. Not for several threads at
// once.
class SharedMemories {
 public:
  SharedMemories() = default;
  ~SharedMemories();
  SharedMemories(const SharedMemories&) = delete;
  SharedMemories& operator=(const SharedMemories&) = delete;

  // Made when it is first asked for, for an eighth of what the machine has left. None where the
  // system has no such files, or the user bounds the size of files (`ulimit -f`).
  SharedMemory Of(int producer);
  bool Has(int producer) const { return memories_.count(producer) > 0; }
  void Drop(int producer);

 private:
  std::map<int, SharedMemory> memories_;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_SHARED_MEMORIES_H_
