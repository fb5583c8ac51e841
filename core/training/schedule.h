// Learning rates, step by step.
//
//   plateau  the next one of a list whenever validation stops improving (Parkhi et al. 2015,
//            section 4.3), or after equal shares of the epochs where nothing is validated
//   step     the next one at each milestone
//   cosine   from the one rate to a final one along half a cosine (Loshchilov & Hutter,
//            arXiv:1608.03983, equation 5, without restarts), after the warm-up
//
// During the warm-up (Goyal et al., arXiv:1706.02677, section 2.2) step k of W, counted from 1, has
// k / W of the rate that the schedule would give.
#ifndef FACET_CORE_TRAINING_SCHEDULE_H_
#define FACET_CORE_TRAINING_SCHEDULE_H_

#include <cstdint>

#include "core/training/settings.h"

namespace facet {

class RateSchedule {
 public:
  // Settings as ReadTrainSettings() accepts them.
  RateSchedule(const OptimizerSettings& settings, int64_t steps_per_epoch);

  // Of a step of the run, counted from 0. `plateau`: of a step of the present epoch.
  double Rate(int64_t step) const;
  // True after the last epoch, or the plateau of the last rate.
  bool done() const { return state_.done; }

  // Tells the end of an epoch; `score` is better when higher. A plateau: `patience` epochs in
  // which it did not exceed the best so far. The best is kept over a change of rate; an epoch of
  // the warm-up is no part of a plateau.
  void EndEpoch(double score);
  // The same without validation: rate i of R lasts from epoch i * epochs / R on.
  void EndEpoch();

  // What a checkpoint holds.
  struct State {
    int64_t stage = 0;       // plateau: index of the rate
    int64_t epochs = 0;      // finished
    int64_t since_best = 0;  // epochs without improvement at this rate
    bool has_best = false;
    double best = 0.0;
    bool done = false;
  };
  const State& state() const { return state_; }
  void set_state(const State& state) { state_ = state; }

 private:
  double RateAt(double step) const;  // without warm-up
  double StepRate(double step) const;

  const OptimizerSettings settings_;
  const double steps_per_epoch_, total_steps_, warmup_steps_;
  State state_;
};

}  // namespace facet

#endif  // FACET_CORE_TRAINING_SCHEDULE_H_
