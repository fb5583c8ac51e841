#include "benchmarks/border_calls.h"

#include <benchmark/benchmark.h>

#include <chrono>
#include <vector>

#include "core/api/component.h"
// The program has a descriptor already, that of the loss which is linked to it.
#define facet_plugin_descriptor cosine_descriptor
#include "plugins/schedules/cosine.cc"
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
double SecondsOf(const Class& schedule, int64_t calls) {
  const ScheduleSpan span = LongSpan();
  const std::vector<double> scores;
  const auto begin = std::chrono::steady_clock::now();
  for (int64_t step = 0; step < calls; ++step) {
    benchmark::DoNotOptimize(schedule.Rate(span, step, scores));
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

std::unique_ptr<Schedule> MakeLinkedCosine() { return std::make_unique<Cosine>(Options()); }

double SecondsOfDirectCalls(const Schedule& linked_cosine, int64_t calls) {
  return SecondsOf(static_cast<const Cosine&>(linked_cosine), calls);
}

double SecondsOfCalls(const Schedule& schedule, int64_t calls) {
  return SecondsOf(schedule, calls);
}

}  // namespace facet::bench
