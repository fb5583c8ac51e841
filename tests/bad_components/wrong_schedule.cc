// Schedules that load and run, each with one thing wrong.
#include <cstdint>
#include <optional>
#include <vector>

#include "core/api/schedule.h"

namespace facet {
namespace {

struct Wrong : Schedule {
  explicit Wrong(const NoOptions&) {}
  double Rate(const ScheduleSpan&, int64_t, const std::vector<double>&) const override {
    return 1e-2;
  }
};

struct FallsBelowZero final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    return 1e-2 - 2e-2 * static_cast<double>(step + 1) / (span.steps() + 1);
  }
};

// Warms up by itself.
struct DividesByTheWarmUp final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    return 1e-2 * static_cast<double>(step + 1) / span.warmup_steps();
  }
};

struct LearnsNothing final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan&, int64_t, const std::vector<double>&) const override { return 0; }
};

struct CountsQuestions final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan&, int64_t, const std::vector<double>&) const override {
    return 1e-2 / static_cast<double>(++count_);
  }
  mutable int64_t count_ = 0;
};

// The rate of the furthest step that anybody asked for.
struct NeverGoesBack final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan&, int64_t step, const std::vector<double>&) const override {
    if (step == 0) furthest_ = 0;
    if (step > furthest_) furthest_ = step;
    return 1e-2 / static_cast<double>(furthest_ + 1);
  }
  mutable int64_t furthest_ = 0;
};

struct CountsInstances final : Wrong {
  explicit CountsInstances(const NoOptions& options) : Wrong(options), number_(++count_) {}
  double Rate(const ScheduleSpan&, int64_t, const std::vector<double>&) const override {
    return 1e-2 * number_;
  }
  static int count_;
  const int number_;
};
int CountsInstances::count_ = 0;

// Its curve is that of the first phase that it was asked about.
struct KeepsTheFirstPhase final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan& span, int64_t step, const std::vector<double>&) const override {
    if (!steps_.has_value()) steps_ = span.steps();
    return 1e-2 / (1 + static_cast<double>(step) / *steps_);
  }
  mutable std::optional<double> steps_;
};

struct RefusesAll final : Wrong {
  using Wrong::Wrong;
  absl::Status Check(const ScheduleSpan&) const override {
    return absl::InvalidArgumentError("so it cannot be done");
  }
};

struct BlamesItself final : Wrong {
  using Wrong::Wrong;
  absl::Status Check(const ScheduleSpan& span) const override {
    return span.epochs > 1 ? absl::OkStatus() : absl::InternalError("too few epochs");
  }
};

struct EndsAtOnce final : Wrong {
  using Wrong::Wrong;
  bool Ends(const ScheduleSpan&, const std::vector<double>&) const override { return true; }
};

struct LosesPatience final : Wrong {
  using Wrong::Wrong;
  bool Ends(const ScheduleSpan&, const std::vector<double>& scores) const override {
    return !scores.empty() && ++count_ > 5;
  }
  mutable int64_t count_ = 0;
};

// One rate fewer with each epoch.
struct CountsScores final : Wrong {
  using Wrong::Wrong;
  double Rate(const ScheduleSpan& span, int64_t, const std::vector<double>& scores) const override {
    return 1e-2 * (static_cast<double>(span.epochs) - static_cast<double>(scores.size()));
  }
};

}  // namespace
}  // namespace facet

#define WRONG(Class, name) \
  FACET_COMPONENT(facet::Schedule, facet::Class, facet::NoOptions, name, "a wrong schedule", "none")

FACET_PLUGIN_COMPONENTS(
    WRONG(FallsBelowZero, "falls_below_zero"), WRONG(DividesByTheWarmUp, "divides_by_the_warm_up"),
    WRONG(LearnsNothing, "learns_nothing"), WRONG(CountsQuestions, "counts_questions"),
    WRONG(NeverGoesBack, "never_goes_back"), WRONG(CountsInstances, "counts_instances"),
    WRONG(KeepsTheFirstPhase, "keeps_the_first_phase"), WRONG(RefusesAll, "refuses_all"),
    WRONG(BlamesItself, "blames_itself"), WRONG(EndsAtOnce, "ends_at_once"),
    WRONG(LosesPatience, "loses_patience"), WRONG(CountsScores, "counts_scores"))
