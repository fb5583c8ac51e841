// The memory of this process, from /proc.
#ifndef FACET_BENCHMARKS_PROCESS_MEMORY_H_
#define FACET_BENCHMARKS_PROCESS_MEMORY_H_

#include <fstream>
#include <string>

namespace facet {

// A field of /proc/self/status, MiB: "VmRSS", "VmHWM", "RssAnon".
inline double MemoryMib(const std::string& field) {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kib = 0;
  while (status >> word) {
    if (word == field + ":") status >> kib;
  }
  return kib / 1024;
}

// Of `work`, besides what is there before.
template <class Work>
double PeakMib(const Work& work) {
  std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM starts anew
  const double before = MemoryMib("VmRSS");
  work();
  return MemoryMib("VmHWM") - before;
}

}  // namespace facet

#endif  // FACET_BENCHMARKS_PROCESS_MEMORY_H_
