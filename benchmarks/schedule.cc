// Schedules: steps per second.
//
//   bazel build //:dist
//   bazel-bin/dist/benchmarks/schedule --benchmark_repetitions=9
//     --benchmark_enable_random_interleaving [--use=cosine] [--sizes=100]
//
// schedule/<name>/epochs:<N>: the rates of a phase of N epochs of 100 steps, asked as training asks:
// at each step the rate, at the end of each epoch whether the phase ends (what it says is not
// heeded). Scores rise for a third of the epochs and stay then. Sizes are N, 10 and 100 by default.
//   Time               one phase
//   items_per_second   steps/s
// A schedule that does not fit such a phase ends with an error that says why.
#include "core/api/schedule.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "benchmarks/components.h"
#include "benchmarks/measured_case.h"
#include "core/base/status.h"

namespace facet::bench {
namespace {

constexpr int64_t kStepsPerEpoch = 100;

absl::Status FollowPhases(const Subject& subject, int64_t epochs, benchmark::State& state) {
  FACET_ASSIGN_OR_RETURN(const std::unique_ptr<Schedule> schedule, subject.Make<Schedule>());
  ScheduleSpan span;
  span.epochs = epochs;
  span.steps_per_epoch = kStepsPerEpoch;
  FACET_RETURN_IF_ERROR(schedule->Check(span));
  for (auto _ : state) {
    std::vector<double> scores;
    for (int64_t step = 0; step < epochs * kStepsPerEpoch; ++step) {
      benchmark::DoNotOptimize(schedule->Rate(span, step, scores));
      if ((step + 1) % kStepsPerEpoch != 0) continue;
      const auto epoch = static_cast<int64_t>(scores.size());
      scores.push_back(static_cast<double>(std::min(epoch, epochs / 3)));
      benchmark::DoNotOptimize(schedule->Ends(span, scores));
    }
  }
  state.SetItemsProcessed(state.iterations() * epochs * kStepsPerEpoch);
  return absl::OkStatus();
}

absl::Status Register(const Request& request, const Subject& subject) {
  FACET_RETURN_IF_ERROR(subject.Make<Schedule>().status());
  for (const int64_t epochs : request.SizesOr({10, 100})) {
    AddCase(subject, absl::StrCat("epochs:", epochs), benchmark::kMicrosecond,
            [&subject, epochs](benchmark::State& state) {
              return FollowPhases(subject, epochs, state);
            });
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace facet::bench

int main(int argc, char** argv) {
  return facet::bench::Main(argc, argv, facet::Schedule::kKind, "epochs of a phase",
                            &facet::bench::Register);
}
