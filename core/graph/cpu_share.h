// A worker's place on a machine that others use too.
//
// The threads of a network's stage work in step: after every operation all wait for the last. How
// many there are decides the bits of the result (stage.h, threads), so it may not follow the load.
// Where other programs hold cores, a thread that waits for its turn stops all, and those that have
// a core keep it for nothing: beside two programs of one thread each, two threads on two cores do
// two fifths of their idle rate, not the half that is theirs. So while the cores are fought over,
// the threads of a worker share fewer of them, in equal numbers a core, and take turns there
// (metronome.h); the others have the rest. As soon as cores lie idle it has all again.
//
// Workers soon wait for each other asleep (executor.cc, GOMP_SPINCOUNT): a thread that spins would hold
// the core that the one it waits for needs.
#ifndef FACET_CORE_GRAPH_CPU_SHARE_H_
#define FACET_CORE_GRAPH_CPU_SHARE_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/graph/metronome.h"

namespace facet {

// What was seen of a worker and its cores over a while; all in cores (seconds a second).
struct CpuUse {
  double running = 0.0;  // its threads on a core
  double waiting = 0.0;  // its threads ready, without a core
  double idle = 0.0;     // of the cores that it may use
  double others = 0.0;   // of these, used by others
};

// On how many of `num_cores` a team of `num_threads` should be, which is now on `cores_now`.
// Fewer than all: a number that divides the team as evenly as may be.
int CoresFor(int num_threads, int num_cores, int cores_now, const CpuUse& use);

class CpuShare {
 public:
  // Of a process whose `num_threads` threads work in step; with one there is nothing to do.
  CpuShare(pid_t process, int num_threads);

  // To be called several times a second: looks once a second, and moves the threads where that
  // was found to be better twice running. What cannot be read or set leaves all as it is.
  void Look();

 private:
  struct Times {
    std::map<std::string, int64_t> running_ns, waiting_ns;  // by thread
    std::map<int, int64_t> idle_ticks, all_ticks;           // by core
  };
  bool Read(Times* times) const;
  CpuUse Use(const Times& before, const Times& after, double seconds) const;
  void MoveTo(int num_cores);
  void BeatOn(const std::vector<int>& cores);

  const pid_t process_;
  const int num_threads_;
  std::vector<int> cores_;  // that it may use
  int num_cores_now_ = 0, wanted_before_ = 0;
  std::unique_ptr<Metronome> metronome_;  // where threads share cores
  Times last_;
  std::chrono::steady_clock::time_point looked_;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_CPU_SHARE_H_
