// Makes threads that share cores take turns quickly.
//
// A kernel that waits on its core for other threads keeps it until the scheduler looks again, 4 ms
// at 250 ticks a second, although the one that it waits for has no core. oneDNN's bfloat16 gradients
// on AMX wait so hundreds of times a step: two threads on one core were measured to train at a
// thirtieth of their rate on two, and with a metronome at 0.47 of it. A thread a core, which wakes and
// sleeps again, makes the scheduler look; it costs 5 % of a core.
#ifndef FACET_CORE_GRAPH_METRONOME_H_
#define FACET_CORE_GRAPH_METRONOME_H_

#include <atomic>
#include <thread>
#include <vector>

namespace facet {

class Metronome {
 public:
  // Runs until its end. Where a core may not be used, or no thread can be made, nothing is better.
  explicit Metronome(const std::vector<int>& cores);
  ~Metronome();
  Metronome(const Metronome&) = delete;
  Metronome& operator=(const Metronome&) = delete;

 private:
  std::atomic<bool> done_{false};
  std::vector<std::thread> threads_;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_METRONOME_H_
