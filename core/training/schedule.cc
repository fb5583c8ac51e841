#include "core/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace facet {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kRounding = 1e-6;  // steps: a share times the steps is rarely a whole number

}  // namespace

RateSchedule::RateSchedule(const OptimizerSettings& settings, int64_t steps_per_epoch)
    : settings_(settings),
      steps_per_epoch_(static_cast<double>(steps_per_epoch)),
      total_steps_(static_cast<double>(settings.epochs) * steps_per_epoch_),
      warmup_steps_(settings.warmup_epochs * steps_per_epoch_) {}

double RateSchedule::Rate(int64_t step) const {
  const double rate = RateAt(static_cast<double>(step));
  const auto number = static_cast<double>(step + 1);
  return number < warmup_steps_ ? rate * number / warmup_steps_ : rate;
}

double RateSchedule::RateAt(double step) const {
  if (settings_.schedule == "plateau") return settings_.rates[static_cast<size_t>(state_.stage)];
  if (settings_.schedule == "step") return StepRate(step);
  const double share =
      std::clamp((step - warmup_steps_) / (total_steps_ - warmup_steps_), 0.0, 1.0);
  const double high = settings_.rates.front(), low = settings_.final_rate;
  return low + (high - low) * (1 + std::cos(kPi * share)) / 2;
}

double RateSchedule::StepRate(double step) const {
  const std::vector<double>& rates = settings_.rates;
  size_t stage = 0;
  while (stage + 1 < rates.size()) {
    const double begin =
        settings_.milestones.empty()
            ? static_cast<double>(stage + 1) * total_steps_ / static_cast<double>(rates.size())
            : MilestoneEpoch(settings_, settings_.milestones[stage]) * steps_per_epoch_;
    if (step < begin - kRounding) break;
    ++stage;
  }
  return rates[stage];
}

void RateSchedule::EndEpoch(double score) {
  ++state_.epochs;
  if (!state_.has_best || score > state_.best) {
    state_.has_best = true;
    state_.best = score;
    state_.since_best = 0;
  } else if (settings_.schedule == "plateau" &&
             static_cast<double>(state_.epochs) > settings_.warmup_epochs &&
             ++state_.since_best >= settings_.patience) {
    state_.since_best = 0;
    if (state_.stage + 1 == static_cast<int64_t>(settings_.rates.size())) {
      state_.done = true;
    } else {
      ++state_.stage;
    }
  }
  if (state_.epochs >= settings_.epochs) state_.done = true;
}

void RateSchedule::EndEpoch() {
  ++state_.epochs;
  const auto num_rates = static_cast<int64_t>(settings_.rates.size());
  while (settings_.schedule == "plateau" && state_.stage + 1 < num_rates &&
         state_.epochs * num_rates >= (state_.stage + 1) * settings_.epochs) {
    ++state_.stage;
  }
  if (state_.epochs >= settings_.epochs) state_.done = true;
}

}  // namespace facet
