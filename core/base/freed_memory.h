// Memory that is freed and soon wanted again, in the same sizes: as it comes, the C library maps large
// blocks anew, and the kernel clears all their pages.
#ifndef FACET_CORE_BASE_FREED_MEMORY_H_
#define FACET_CORE_BASE_FREED_MEMORY_H_

namespace facet {

// Keep it in this process: all of it; blocks of up to 32 MiB, 128 MiB in all. Not where
// somebody has chosen otherwise (MALLOC_* or GLIBC_TUNABLES in the environment).
void KeepFreedMemory();
void KeepSomeFreedMemory();

}  // namespace facet

#endif  // FACET_CORE_BASE_FREED_MEMORY_H_
