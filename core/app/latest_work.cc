#include "core/app/latest_work.h"

#include <utility>

namespace facet {

LatestWork::LatestWork(std::function<void()> work) : work_(std::move(work)) {
  thread_ = std::thread([this] { Run(); });
}

void LatestWork::Ask() {
  const std::lock_guard<std::mutex> lock(mutex_);
  asked_ = true;
  changed_.notify_one();
}

void LatestWork::Finish() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void LatestWork::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return asked_ || ends_; });
    if (!asked_) return;
    asked_ = false;
    lock.unlock();
    work_();
    lock.lock();
  }
}

}  // namespace facet
