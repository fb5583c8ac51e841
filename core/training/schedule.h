// Learning rates: the next one of a list whenever validation stops improving (Parkhi et al. 2015,
// section 4.3), or after equal shares of the epochs where nothing is validated.
#ifndef FACET_CORE_TRAINING_SCHEDULE_H_
#define FACET_CORE_TRAINING_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace facet {

class RateSchedule {
 public:
  // rates: not empty. patience: epochs without a better score before the next rate.
  RateSchedule(std::vector<double> rates, int64_t patience, int64_t max_epochs)
      : rates_(std::move(rates)), patience_(patience), max_epochs_(max_epochs) {}

  double rate() const { return rates_[static_cast<size_t>(state_.stage)]; }
  // True after the last rate's plateau or the last epoch.
  bool done() const { return state_.done; }

  // Tells the end of an epoch; `score` is better when higher. A plateau: `patience` epochs in
  // which it did not exceed the best so far. The best is kept over a change of rate.
  void EndEpoch(double score);
  // The same without validation: rate i of R lasts from epoch i * max_epochs / R on.
  void EndEpoch();

  // What a checkpoint holds.
  struct State {
    int64_t stage = 0;       // index of the rate
    int64_t epochs = 0;      // finished
    int64_t since_best = 0;  // epochs without improvement at this rate
    bool has_best = false;
    double best = 0.0;
    bool done = false;
  };
  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  std::vector<double> rates_;
  int64_t patience_, max_epochs_;
  State state_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SCHEDULE_H_
