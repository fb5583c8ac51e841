// How fast a stage is, and what is left of it, from its progress events.
//
// A stage may count several things one after another (examples, then trainings): each is a part
// with a pace of its own. One that goes on from a checkpoint begins with what was done before. And
// the pace changes (a phase of a training that learns more tensors), so that the last minute
// counts.
#ifndef FACET_CORE_APP_PROGRESS_RATE_H_
#define FACET_CORE_APP_PROGRESS_RATE_H_

#include <deque>
#include <string>

#include "core/graph/job.h"

namespace facet {

class ProgressRate {
 public:
  // An event at `seconds` of a clock that only goes forward.
  void Add(double seconds, const StageProgress& event);

  double per_second() const;  // 0: not known yet
  // Of the part that is under way; negative: not known.
  double SecondsLeft(double now) const;
  int part() const { return part_; }  // 1 is the first

 private:
  struct Sample {
    double seconds = 0.0;
    double done = 0.0;
  };
  std::deque<Sample> samples_;  // of this part, the oldest first
  double total_ = 0.0;
  std::string unit_;
  int part_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_APP_PROGRESS_RATE_H_
