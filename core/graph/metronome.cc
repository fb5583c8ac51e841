#include "core/graph/metronome.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <system_error>

namespace facet {
namespace {

constexpr auto kBeat = std::chrono::microseconds(50);
// The shortest slice that Linux gives: what wakes with it comes before what spins. From 6.12 on; an
// older one takes no notice.
constexpr uint64_t kSlice_ns = 100'000;

// The kernel's struct sched_attr in its first size; its header and glibc 2.36's exclude each other.
struct SchedAttributes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime_ns, deadline_ns, period_ns;
};

bool MoveTo(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  return ::sched_setaffinity(0, sizeof(cores), &cores) == 0;
}

void AskForShortSlices() {
  SchedAttributes attributes = {};
  attributes.size = sizeof(attributes);
  attributes.policy = SCHED_OTHER;
  attributes.nice = ::getpriority(PRIO_PROCESS, 0);
  attributes.runtime_ns = kSlice_ns;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

}  // namespace

Metronome::Metronome(const std::vector<int>& cores) {
  for (const int core : cores) {
    try {
      threads_.emplace_back([this, core] {
        if (!MoveTo(core)) return;
        AskForShortSlices();
        while (!done_) std::this_thread::sleep_for(kBeat);
      });
    } catch (const std::system_error&) {
      return;  // no thread to be had
    }
  }
}

Metronome::~Metronome() {
  done_ = true;
  for (std::thread& thread : threads_) thread.join();
}

}  // namespace facet
