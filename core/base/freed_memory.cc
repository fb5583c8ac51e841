#include "core/base/freed_memory.h"

#include <malloc.h>

#include <cstdlib>
#include <limits>

namespace facet {
namespace {

bool IsChosen() {
  for (const char* own : {"GLIBC_TUNABLES", "MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_",
                          "MALLOC_TOP_PAD_", "MALLOC_TRIM_THRESHOLD_"}) {
    if (std::getenv(own) != nullptr) return true;
  }
  return false;
}

}  // namespace

void KeepFreedMemory() {
  if (IsChosen()) return;
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

void KeepSomeFreedMemory() {
  if (IsChosen()) return;
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 20);
}

}  // namespace facet
