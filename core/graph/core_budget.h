// The cores of one run, so that its stages do not fight over them.
//
// The threads of a network's stage wait for each other after every operation, and some of its
// kernels wait on a core (oneDNN's sums of weight gradients over threads do, whatever
// OMP_WAIT_POLICY says): two trainings of two threads on two cores were measured to take 6.5 times
// as long beside each other as one after the other. How many threads there are decides the bits of
// such a stage (stage.h, threads), so it gets a core for each, or waits. The threads of other stages
// wait for nobody, and share cores without loss: one core for such a stage, whatever its threads.
#ifndef FACET_CORE_GRAPH_CORE_BUDGET_H_
#define FACET_CORE_GRAPH_CORE_BUDGET_H_

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

#include "core/graph/stage.h"

namespace facet {

// How many of `num_cores` a stage must have; 0 of one that waits for others (stage.h).
int CoresOf(const StageSpec& stage, int num_cores);

class CoreBudget {
 public:
  // Cores of one stage; gives them back at the latest when it ends.
  class Share {
   public:
    Share(CoreBudget* budget, int num_cores) : budget_(budget), num_cores_(num_cores) {}
    Share(Share&& other) noexcept
        : budget_(other.budget_), num_cores_(std::exchange(other.num_cores_, 0)) {}
    Share& operator=(Share&& other) noexcept {
      GiveBack();
      budget_ = other.budget_;
      num_cores_ = std::exchange(other.num_cores_, 0);
      return *this;
    }
    ~Share() { GiveBack(); }
    void GiveBack();

   private:
    CoreBudget* budget_;
    int num_cores_;
  };

  // 0: those that this process may use.
  explicit CoreBudget(int num_cores);
  int num_cores() const { return num_cores_; }

  // Waits until they are free. First come, first served, so that many small stages never starve a
  // large one. nullopt: `stop` said so.
  std::optional<Share> Take(int num_cores, const std::function<bool()>& stop);

 private:
  const int num_cores_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int num_free_;
  std::list<int> queue_;  // of the cores that those who wait need, the first first
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_CORE_BUDGET_H_
