// Work on a thread of its own that brings something up to date, as often as it is asked for and can
// be done: asks that come while it runs are one more run, which begins after the last of them.
#ifndef FACET_CORE_APP_LATEST_WORK_H_
#define FACET_CORE_APP_LATEST_WORK_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace facet {

class LatestWork {
 public:
  explicit LatestWork(std::function<void()> work);
  ~LatestWork() { Finish(); }
  LatestWork(const LatestWork&) = delete;
  LatestWork& operator=(const LatestWork&) = delete;

  void Ask();  // any thread; does not wait
  // Waits until all that was asked for is done. Nothing may be asked for after it.
  void Finish();

 private:
  void Run();

  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false, ends_ = false;
  std::thread thread_;
};

}  // namespace facet

#endif  // FACET_CORE_APP_LATEST_WORK_H_
