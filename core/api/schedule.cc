#include "core/api/schedule.h"

namespace facet {

Schedule::~Schedule() = default;

absl::Status Schedule::Check(const ScheduleSpan&) const { return absl::OkStatus(); }
bool Schedule::Ends(const ScheduleSpan&, const std::vector<double>&) const { return false; }

}  // namespace facet
