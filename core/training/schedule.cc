#include "core/training/schedule.h"

namespace facet {

void RateSchedule::EndEpoch(double score) {
  ++state_.epochs;
  if (!state_.has_best || score > state_.best) {
    state_.has_best = true;
    state_.best = score;
    state_.since_best = 0;
  } else if (++state_.since_best >= patience_) {
    state_.since_best = 0;
    if (state_.stage + 1 == static_cast<int64_t>(rates_.size())) {
      state_.done = true;
    } else {
      ++state_.stage;
    }
  }
  if (state_.epochs >= max_epochs_) state_.done = true;
}

void RateSchedule::EndEpoch() {
  ++state_.epochs;
  const auto num_rates = static_cast<int64_t>(rates_.size());
  while (state_.stage + 1 < num_rates &&
         state_.epochs * num_rates >= (state_.stage + 1) * max_epochs_) {
    ++state_.stage;
  }
  if (state_.epochs >= max_epochs_) state_.done = true;
}

}  // namespace facet
