#include "core/graph/core_budget.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>

namespace facet {

namespace {

int AllowedCores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  return std::max(1, CPU_COUNT(&allowed));
}

}  // namespace

int CoresOf(const StageSpec& stage, int num_cores) {
  if (stage.waits_for_others) return 0;
  const bool in_step = stage.threads > 0 && (stage.device.empty() || stage.device == "cpu");
  return in_step ? static_cast<int>(std::clamp<int64_t>(stage.threads, 1, num_cores)) : 1;
}

CoreBudget::CoreBudget(int num_cores)
    : num_cores_(num_cores > 0 ? num_cores : AllowedCores()), num_free_(num_cores_) {}

std::optional<CoreBudget::Share> CoreBudget::Take(int num_cores,
                                                  const std::function<bool()>& stop) {
  if (num_cores == 0) return Share(this, 0);
  std::unique_lock<std::mutex> lock(mutex_);
  const auto place = queue_.insert(queue_.end(), num_cores);
  const auto leave = [&] {
    queue_.erase(place);
    changed_.notify_all();
  };
  while (queue_.begin() != place || num_free_ < num_cores) {
    if (stop && stop()) {
      leave();
      return std::nullopt;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(100));  // a signal notifies nobody
  }
  leave();
  num_free_ -= num_cores;
  return Share(this, num_cores);
}

void CoreBudget::Share::GiveBack() {
  if (num_cores_ == 0) return;
  {
    const std::lock_guard<std::mutex> lock(budget_->mutex_);
    budget_->num_free_ += num_cores_;
  }
  budget_->changed_.notify_all();
  num_cores_ = 0;
}

}  // namespace facet
