#include "core/pipeline/machine.h"

#include <sched.h>

#include <algorithm>
#include <thread>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace facet {
namespace {

#if defined(__x86_64__)
// AMX needs the processor's bits and the kernel's leave to use the tile registers.
bool HasAmxBf16() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;
  if ((edx & kAmxBf16) == 0 || (edx & kAmxTile) == 0) return false;
  constexpr int kRequestPermission = 0x1023, kTileData = 18;  // arch_prctl(2)
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}
#else
bool HasAmxBf16() { return false; }
#endif

}  // namespace

Machine Machine::ThisOne() {
  Machine machine;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof(cores), &cores) == 0) {
    machine.num_cores = std::max(1, CPU_COUNT(&cores));
  } else {
    machine.num_cores = std::max(1u, std::thread::hardware_concurrency());
  }
  machine.has_amx_bf16 = HasAmxBf16();
  return machine;
}

std::string ResolvePrecision(const std::string& precision, const std::string& device,
                             const Machine& machine) {
  if (precision != "auto") return precision;
  return device == "cpu" && machine.has_amx_bf16 ? "bfloat16" : "float32";
}

}  // namespace facet
