// Many like pieces of work on several threads. What a piece makes has its place by the piece's
// index, so that nothing depends on the number of threads.
#ifndef FACET_CORE_BASE_PARALLEL_WORK_H_
#define FACET_CORE_BASE_PARALLEL_WORK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace facet {

// Calls work(0, worker) .. work(count - 1, worker), each index once, on at most `threads` threads;
// `worker`, in [0, threads), is what no two calls at one time share. The caller's thread is one of
// them unless there is a `go_on`.
//
// `go_on` (may be empty) is called from the caller's thread, a few times a second and at the end,
// with how many are done; once it says no, no piece is begun any more: Cancelled. After an error or
// an exception no piece is begun either; that of the smallest index is returned, or thrown.
absl::Status ParallelWork(int64_t count, int threads,
                          const std::function<absl::Status(int64_t index, int worker)>& work,
                          const std::function<bool(int64_t done)>& go_on = nullptr);
// For work that need not know its worker.
absl::Status ParallelWork(int64_t count, int threads,
                          const std::function<absl::Status(int64_t index)>& work,
                          const std::function<bool(int64_t done)>& go_on = nullptr);

// What work(index, worker) -> Result gave, in the order of the indices.
template <class Result, class Work>
std::vector<Result> ParallelMap(int64_t count, int threads, const Work& work) {
  std::vector<std::optional<Result>> made(static_cast<size_t>(count));
  const auto make = [&](int64_t index, int worker) {
    made[static_cast<size_t>(index)].emplace(work(index, worker));
    return absl::OkStatus();
  };
  ParallelWork(count, threads, make).IgnoreError();  // never an error
  std::vector<Result> results;
  results.reserve(made.size());
  for (std::optional<Result>& result : made) results.push_back(*std::move(result));
  return results;
}

}  // namespace facet

#endif  // FACET_CORE_BASE_PARALLEL_WORK_H_
