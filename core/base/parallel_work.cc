#include "core/base/parallel_work.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace facet {
namespace {

constexpr std::chrono::milliseconds kLook(200);

struct Shared {
  std::atomic<int64_t> next{0}, done{0};
  std::atomic<bool> ending{false};
  std::mutex mutex;
  std::condition_variable finished;
  int running = 0;
  int64_t failed = -1;  // the smallest index with an error
  absl::Status status;
};

void Work(Shared& shared, int64_t count, const std::function<absl::Status(int64_t)>& work) {
  while (!shared.ending) {
    const int64_t index = shared.next++;
    if (index >= count) break;
    absl::Status status = work(index);
    ++shared.done;
    if (status.ok()) continue;
    const std::lock_guard<std::mutex> lock(shared.mutex);
    shared.ending = true;
    if (shared.failed >= 0 && shared.failed < index) continue;
    shared.failed = index;
    shared.status = std::move(status);
  }
  const std::lock_guard<std::mutex> lock(shared.mutex);
  --shared.running;
  shared.finished.notify_all();
}

}  // namespace

absl::Status ParallelWork(int64_t count, int threads,
                          const std::function<absl::Status(int64_t)>& work,
                          const std::function<bool(int64_t)>& go_on) {
  Shared shared;
  shared.running = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(count, threads)));
  std::vector<std::thread> workers;
  for (int i = shared.running; i > 0; --i) {
    workers.emplace_back([&] { Work(shared, count, work); });
  }
  bool stopped = false;
  std::unique_lock<std::mutex> lock(shared.mutex);
  do {
    shared.finished.wait_for(lock, kLook, [&] { return shared.running == 0; });
    lock.unlock();
    if (!stopped && go_on && !go_on(shared.done)) shared.ending = stopped = true;
    lock.lock();
  } while (shared.running > 0);
  lock.unlock();
  for (std::thread& worker : workers) worker.join();
  if (!shared.status.ok()) return shared.status;
  return stopped ? absl::CancelledError("stopped") : absl::OkStatus();
}

}  // namespace facet
