// A cheap call of one class: directly, through its interface, and through that of a plugin.
#ifndef FACET_BENCHMARKS_BORDER_CALLS_H_
#define FACET_BENCHMARKS_BORDER_CALLS_H_

#include <cstdint>
#include <memory>

#include "core/api/schedule.h"

namespace facet::bench {

// The class of plugins/schedules/cosine.cc, compiled in.
std::unique_ptr<Schedule> MakeLinkedCosine();

// Seconds of so many calls of Rate, at one step after the other.
double SecondsOfDirectCalls(const Schedule& linked_cosine, int64_t calls);  // class known, inlined
double SecondsOfCalls(const Schedule& schedule, int64_t calls);             // through the interface

}  // namespace facet::bench

#endif  // FACET_BENCHMARKS_BORDER_CALLS_H_
