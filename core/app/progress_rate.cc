#include "core/app/progress_rate.h"

#include <algorithm>

namespace facet {
namespace {

constexpr double kWindowSeconds = 60.0;
constexpr double kLeastSeconds = 1.0;  // of what a pace is told

}  // namespace

void ProgressRate::Add(double seconds, const StageProgress& event) {
  const auto done = static_cast<double>(event.done), total = static_cast<double>(event.total);
  if (samples_.empty() || event.unit != unit_ || total != total_ || done < samples_.back().done) {
    samples_.clear();
    unit_ = event.unit;
    total_ = total;
    ++part_;
  }
  samples_.push_back({seconds, done});
  while (samples_.size() > 2 && samples_[1].seconds <= seconds - kWindowSeconds) {
    samples_.pop_front();
  }
}

double ProgressRate::per_second() const {
  if (samples_.empty()) return 0.0;
  const double seconds = samples_.back().seconds - samples_.front().seconds;
  const double done = samples_.back().done - samples_.front().done;
  return seconds < kLeastSeconds ? 0.0 : done / seconds;
}

double ProgressRate::SecondsLeft(double now) const {
  const double rate = per_second();
  if (rate <= 0.0 || total_ <= samples_.back().done) return -1.0;
  const double since = now - samples_.back().seconds;
  return std::max(0.0, (total_ - samples_.back().done) / rate - since);
}

}  // namespace facet
