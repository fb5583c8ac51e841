// work(index) for 0 <= index < count by `threads` threads; the status of the smallest index that
// failed. Once one has failed, those not begun are left out.
#ifndef FACET_PLUGINS_SUPPORT_PARALLEL_FOR_H_
#define FACET_PLUGINS_SUPPORT_PARALLEL_FOR_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"

namespace facet {

template <class Work>
absl::Status ParallelFor(int64_t count, int threads, const Work& work) {
  std::atomic<int64_t> next{0};
  std::mutex mutex;
  int64_t failed = count;
  absl::Status first;
  const auto run = [&] {
    for (int64_t i; (i = next.fetch_add(1)) < count;) {
      absl::Status status = work(i);
      if (status.ok()) continue;
      next = count;
      const std::lock_guard<std::mutex> lock(mutex);
      if (i < failed) {
        failed = i;
        first = std::move(status);
      }
    }
  };
  std::vector<std::thread> helpers;
  for (int64_t i = 1; i < std::min<int64_t>(threads, count); ++i) helpers.emplace_back(run);
  run();
  for (std::thread& helper : helpers) helper.join();
  return first;
}

}  // namespace facet

#endif  // FACET_PLUGINS_SUPPORT_PARALLEL_FOR_H_
