// A loop of ours that says when it has done a step, made to do so many at a time: for programs that
// take turns (turns.h).
#ifndef FACET_BENCHMARKS_TAKEN_STEPS_H_
#define FACET_BENCHMARKS_TAKEN_STEPS_H_

#include <sys/resource.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

namespace facet::bench {

class TakenSteps {
 public:
  // `loop` runs in this thread, as a worker would run it: its memory is the main thread's. It begins
  // with one step, calls Done() after each and ends soon when Stops() says so. `answer` runs beside
  // it, calls Take() and ends when no more is asked for; Run returns what it returns.
  int Run(const std::function<void()>& loop, const std::function<int()>& answer) {
    int code = 0;
    std::thread thread([&] {
      code = answer();
      const std::lock_guard<std::mutex> lock(mutex_);
      stops_ = true;
      changed_.notify_all();
    });
    loop();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }
    thread.join();
    return code;
  }

  // False: the loop has ended.
  bool Take(int64_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    allowed_ += count;
    changed_.notify_all();
    changed_.wait(lock, [this] { return done_ == allowed_ || ended_; });
    return done_ == allowed_;
  }

  void Done() {
    std::unique_lock<std::mutex> lock(mutex_);
    ++done_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return done_ < allowed_ || stops_; });
  }
  bool Stops() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return stops_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int64_t allowed_ = 1, done_ = 0;
  bool stops_ = false, ended_ = false;
};

// Pages that the kernel gave to this process until now.
inline int64_t PageFaults() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_TAKEN_STEPS_H_
