// Seconds by the wall, or of the processors that this process had, all threads together: what other
// load disturbs less.
#ifndef FACET_BENCHMARKS_BORDER_CLOCK_H_
#define FACET_BENCHMARKS_BORDER_CLOCK_H_

#include <ctime>

namespace facet::bench {

enum class Clock : bool { kWall, kProcessors };

inline double Now(Clock clock) {
  timespec time = {};
  ::clock_gettime(clock == Clock::kWall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_BORDER_CLOCK_H_
