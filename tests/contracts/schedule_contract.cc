#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/api/schedule.h"
#include "tests/contracts/contract_checks.h"

namespace facet {
namespace {

// Some 200 steps of the phase, the first, the last and those at the ends of some epochs among them.
std::vector<int64_t> Steps(const ScheduleSpan& span) {
  const int64_t all = span.epochs * span.steps_per_epoch;
  std::vector<int64_t> steps = {0};
  for (int64_t step = 1; step < all; step += std::max<int64_t>(1, all / 200)) steps.push_back(step);
  for (int64_t epoch = 1; epoch < span.epochs; epoch += 7) {
    steps.push_back(epoch * span.steps_per_epoch - 1);
    steps.push_back(epoch * span.steps_per_epoch);
  }
  steps.push_back(all - 1);
  std::sort(steps.begin(), steps.end());
  return steps;
}

// Of the first `epochs` epochs: training that gets better, and then does not.
std::vector<double> Scores(const ScheduleSpan& span, int64_t epochs) {
  std::vector<double> scores;
  if (!span.validates) return scores;
  for (int64_t i = 0; i < epochs; ++i) {
    scores.push_back(static_cast<double>(std::min(i, span.epochs / 3)) /
                     static_cast<double>(span.epochs));
  }
  return scores;
}

double RateOf(const Schedule& schedule, const ScheduleSpan& span, int64_t step) {
  return schedule.Rate(span, step, Scores(span, step / span.steps_per_epoch));
}

std::vector<double> Forwards(const Schedule& schedule, const ScheduleSpan& span) {
  std::vector<double> rates;
  for (const int64_t step : Steps(span)) rates.push_back(RateOf(schedule, span, step));
  return rates;
}

// The same list, asked for from its end.
std::vector<double> Backwards(const Schedule& schedule, const ScheduleSpan& span) {
  const std::vector<int64_t> steps = Steps(span);
  std::vector<double> rates(steps.size());
  for (size_t i = steps.size(); i > 0; --i) rates[i - 1] = RateOf(schedule, span, steps[i - 1]);
  return rates;
}

std::vector<bool> Ends(const Schedule& schedule, const ScheduleSpan& span) {
  std::vector<bool> ends;
  for (int64_t epochs = 0; epochs <= span.epochs; ++epochs) {
    ends.push_back(schedule.Ends(span, Scores(span, epochs)));
  }
  return ends;
}

bool IsRate(double rate) { return std::isfinite(rate) && rate >= 0; }

// `used` has seen other phases.
void CheckSpan(Contract& contract, const Schedule& used, const ScheduleSpan& span,
               const std::string& where) {
  contract.Section("odd phases");
  const absl::Status fits = used.Check(span);
  contract.Expect(fits.ok() || fits.code() == absl::StatusCode::kInvalidArgument,
                  where + ": a refusal is an InvalidArgument");
  if (!fits.ok()) return;
  contract.Section("rates");
  const std::vector<double> rates = Forwards(used, span);
  if (!contract.Expect(std::all_of(rates.begin(), rates.end(), IsRate),
                       where + ": rates are finite and at least 0")) {
    return;
  }
  contract.Section("order independence");
  contract.Expect(Backwards(used, span) == rates, where + ": earlier questions change no rate");
  contract.Section("determinism");
  const auto fresh = contract.Make<Schedule>();
  contract.Expect(Backwards(*fresh, span) == rates, where + ": two instances give the same rates");
  contract.Section("the end");
  const std::vector<bool> ends = Ends(used, span);
  contract.Expect(!ends.front(), where + ": it does not end before an epoch is over");
  contract.Expect(Ends(used, span) == ends && Ends(*fresh, span) == ends,
                  where + ": it ends at the same place each time");
  contract.Section("odd scores");
  const std::vector<double> more = Scores(span, span.epochs + 7);
  bool all_rates = true;
  for (const int64_t step : Steps(span)) all_rates &= IsRate(used.Rate(span, step, more));
  used.Ends(span, more);
  contract.Expect(all_rates, where + ": more scores than it needs do no harm");
  std::vector<double> diverged = Scores(span, span.epochs);
  std::fill(diverged.begin(), diverged.end(), std::nan(""));
  bool none_wrong = true;
  for (const int64_t step : Steps(span)) none_wrong &= IsRate(used.Rate(span, step, diverged));
  used.Ends(span, diverged);
  contract.Expect(none_wrong, where + ": scores that are NaN make no rate that is");
}

}  // namespace

void CheckSchedule(Contract& contract) {
  contract.Plan(
      {"rates", "determinism", "order independence", "the end", "odd scores", "odd phases"});
  const auto schedule = contract.Make<Schedule>();
  if (schedule == nullptr) return;
  contract.Section("rates");
  const ScheduleSpan plain = {10, 7, 0.0, true};
  if (!contract.ExpectOk(schedule->Check(plain), "a phase of 10 epochs is one like any other")) {
    return;
  }
  const std::vector<double> rates = Forwards(*schedule, plain);
  contract.Expect(std::any_of(rates.begin(), rates.end(), [](double rate) { return rate != 0; }),
                  "some rate is above 0");
  for (const bool validates : {true, false}) {
    const std::string scores = validates ? "" : ", no validation";
    CheckSpan(contract, *schedule, {10, 7, 0.0, validates}, "10 epochs" + scores);
    CheckSpan(contract, *schedule, {10, 7, 2.5, validates}, "2.5 epochs of warm-up" + scores);
    CheckSpan(contract, *schedule, {90, 1000, 5.0, validates}, "90 epochs" + scores);
    CheckSpan(contract, *schedule, {1, 1, 0.0, validates}, "one step" + scores);
    CheckSpan(contract, *schedule, {1, 1, 0.5, validates}, "half a step of warm-up" + scores);
  }
}

}  // namespace facet
