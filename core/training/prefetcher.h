// Makes items 0, 1, 2, ... ahead of their use, in background threads; they come out in order.
//
// Item i is make(i): it depends on i alone, so the results do not depend on the number of threads.
#ifndef FACET_CORE_TRAINING_PREFETCHER_H_
#define FACET_CORE_TRAINING_PREFETCHER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/api/guard.h"

namespace facet {

template <class Item>
class Prefetcher {
 public:
  // Items begin .. end-1; at most `ahead` wait finished or in work. `make` is called by any of the
  // threads.
  Prefetcher(int64_t begin, int64_t end, int threads, int64_t ahead,
             std::function<absl::StatusOr<Item>(int64_t)> make)
      : make_(std::move(make)), end_(end), ahead_(ahead), next_made_(begin), next_taken_(begin) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  ~Prefetcher() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      end_ = next_made_;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  // The next item; call it once for each.
  absl::StatusOr<Item> Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return ready_.count(next_taken_) > 0; });
    auto node = ready_.extract(next_taken_++);
    changed_.notify_all();
    return std::move(node.mapped());
  }

 private:
  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock,
                    [this] { return next_made_ >= end_ || next_made_ < next_taken_ + ahead_; });
      if (next_made_ >= end_) return;
      const int64_t index = next_made_++;
      lock.unlock();
      // An exception that left the thread would end the process.
      absl::StatusOr<Item> item = Guard("a batch", [&] { return make_(index); });
      lock.lock();
      ready_.emplace(index, std::move(item));
      changed_.notify_all();
    }
  }

  const std::function<absl::StatusOr<Item>(int64_t)> make_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t end_;
  const int64_t ahead_;
  int64_t next_made_, next_taken_;
  std::map<int64_t, absl::StatusOr<Item>> ready_;
  std::vector<std::thread> threads_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_PREFETCHER_H_
