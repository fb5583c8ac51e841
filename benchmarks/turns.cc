#include "benchmarks/turns.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "benchmarks/process_memory.h"

namespace facet::bench {

int TakeTurns(double idle_mib, const std::function<Findings()>& work) {
  using Clock = std::chrono::steady_clock;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::ofstream("/proc/self/clear_refs") << "5";  // VmHWM starts anew
    const Clock::time_point begin = Clock::now();
    const Findings findings = work();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::string answer = absl::StrFormat("{\"seconds\": %.9f, \"peak_mib\": %.1f", seconds,
                                         MemoryMib("VmHWM") - idle_mib);
    for (const auto& [name, value] : findings) {
      absl::StrAppendFormat(&answer, ", \"%s\": %.17g", name, value);
    }
    std::printf("%s}\n", answer.c_str());
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace facet::bench
