#include "plugins/evaluators/evaluation_threads.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "absl/strings/numbers.h"

namespace facet {

int EvaluationThreads() {
  int threads = 0;
  const char* const given = std::getenv("OMP_NUM_THREADS");
  if (given != nullptr && absl::SimpleAtoi(given, &threads) && threads > 0) return threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace facet
