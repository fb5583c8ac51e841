#include "benchmarks/border_calls.h"

#include <benchmark/benchmark.h>

#include <vector>

#include "core/api/component.h"
// The class itself; its descriptor gets another name than that of the loss that is linked too.
#define facet_plugin_descriptor cosine_descriptor
#include "plugins/schedules/cosine.cc"  // NOLINT(bugprone-suspicious-include): it has no header
#undef facet_plugin_descriptor

namespace facet::bench {
namespace {

ScheduleSpan LongSpan() {
  ScheduleSpan span;
  span.epochs = 1000;
  span.steps_per_epoch = 100000;
  return span;
}

// A template: with `Class` known the compiler sees what it calls.
template <class Class>
double SecondsOf(const Class& schedule, int64_t calls, Clock clock) {
  const ScheduleSpan span = LongSpan();
  const std::vector<double> scores;
  const double begin = Now(clock);
  for (int64_t step = 0; step < calls; ++step) {
    benchmark::DoNotOptimize(schedule.Rate(span, step, scores));
  }
  return Now(clock) - begin;
}

}  // namespace

std::unique_ptr<Schedule> MakeLinkedCosine() { return std::make_unique<Cosine>(Options()); }

double SecondsOfDirectCalls(const Schedule& linked_cosine, int64_t calls, Clock clock) {
  return SecondsOf(static_cast<const Cosine&>(linked_cosine), calls, clock);
}

double SecondsOfCalls(const Schedule& schedule, int64_t calls, Clock clock) {
  return SecondsOf(schedule, calls, clock);
}

}  // namespace facet::bench
