#include "core/base/parallel_work.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace facet {
namespace {

constexpr std::chrono::milliseconds kLook(200);

using Work = std::function<absl::Status(int64_t, int)>;

class Pieces {
 public:
  Pieces(int64_t count, const Work& work) : count_(count), work_(work) {}
  // No thread outlives the caller, whatever it throws.
  ~Pieces() {
    Stop();
    Join();
  }

  void Start(int worker) {
    const std::lock_guard<std::mutex> lock(mutex_);
    threads_.emplace_back([this, worker] {
      Run(worker);
      const std::lock_guard<std::mutex> ending_lock(mutex_);
      --running_;
      ended_.notify_all();
    });
    ++running_;
  }

  // Until no piece is left to begin.
  void Run(int worker) {
    while (!ending_) {
      const int64_t index = next_++;
      if (index >= count_) return;
      absl::Status status;
      std::exception_ptr thrown;
      try {
        status = work_(index, worker);
      } catch (...) {
        thrown = std::current_exception();
      }
      ++done_;
      if (!status.ok() || thrown != nullptr) Fail(index, std::move(status), std::move(thrown));
    }
  }

  void Stop() { ending_ = true; }

  // False: threads still run, after a while.
  bool WaitForEnd() {
    std::unique_lock<std::mutex> lock(mutex_);
    return ended_.wait_for(lock, kLook, [this] { return running_ == 0; });
  }

  int64_t done() const { return done_; }

  absl::Status Result() {
    Join();
    if (thrown_ != nullptr) std::rethrow_exception(thrown_);
    return status_;
  }

 private:
  // Pieces are begun in order and those begun are finished: the smallest index with an error is the
  // same on any number of threads.
  void Fail(int64_t index, absl::Status status, std::exception_ptr thrown) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
    if (failed_ >= 0 && failed_ < index) return;
    failed_ = index;
    status_ = std::move(status);
    thrown_ = std::move(thrown);
  }

  void Join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  const int64_t count_;
  const Work& work_;
  std::atomic<int64_t> next_{0}, done_{0};
  std::atomic<bool> ending_{false};
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable ended_;
  int running_ = 0;
  int64_t failed_ = -1;  // the smallest index with an error
  absl::Status status_;
  std::exception_ptr thrown_;
};

}  // namespace

absl::Status ParallelWork(int64_t count, int threads, const Work& work,
                          const std::function<bool(int64_t)>& go_on) {
  Pieces pieces(count, work);
  const int workers = static_cast<int>(std::max<int64_t>(1, std::min<int64_t>(count, threads)));
  for (int worker = go_on ? 0 : 1; worker < workers; ++worker) pieces.Start(worker);
  if (!go_on) {
    pieces.Run(0);
    return pieces.Result();
  }
  bool stopped = false;
  for (bool ended = false; !ended;) {
    ended = pieces.WaitForEnd();
    if (stopped || go_on(pieces.done())) continue;
    stopped = true;
    pieces.Stop();
  }
  if (absl::Status status = pieces.Result(); !status.ok()) return status;
  return stopped ? absl::CancelledError("stopped") : absl::OkStatus();
}

absl::Status ParallelWork(int64_t count, int threads,
                          const std::function<absl::Status(int64_t)>& work,
                          const std::function<bool(int64_t)>& go_on) {
  return ParallelWork(count, threads, [&work](int64_t index, int) { return work(index); }, go_on);
}

}  // namespace facet
