#include "core/bench/compare.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/bench/units.h"

namespace facet {
namespace {

TimeVerdict VerdictOf(const TimeChange& change) {
  if (change.test.least_p > kSignificance) return TimeVerdict::kTooFew;
  if (change.test.p > kSignificance) return TimeVerdict::kNoDifference;
  // What the test ranks, not the medians: those may be equal.
  const bool a_is_larger = change.test.u > change.test.other_u;
  return a_is_larger ? TimeVerdict::kFaster : TimeVerdict::kSlower;
}

Tone ToneOf(TimeVerdict verdict) {
  if (verdict == TimeVerdict::kFaster) return Tone::kGood;
  return verdict == TimeVerdict::kSlower ? Tone::kBad : Tone::kMuted;
}

}  // namespace

const char* VerdictName(TimeVerdict verdict) {
  switch (verdict) {
    case TimeVerdict::kFaster:
      return "faster";
    case TimeVerdict::kSlower:
      return "slower";
    case TimeVerdict::kNoDifference:
      return "no difference";
    case TimeVerdict::kTooFew:
      break;
  }
  return "too few repetitions";
}

TimeChange ChangeOf(const std::vector<double>& a, const std::vector<double>& b) {
  TimeChange change;
  change.median_a = Median(a);
  change.median_b = Median(b);
  change.ratio = change.median_b / change.median_a;
  change.interval = RatioInterval(b, a);
  change.test = *MannWhitney(a, b);
  change.verdict = VerdictOf(change);
  return change;
}

BenchComparison Compare(const BenchResults& a, const BenchResults& b) {
  BenchComparison comparison;
  for (const BenchCase& before : a.cases) {
    const BenchCase* after = FindCase(b, before.name);
    if (after == nullptr) {
      comparison.only_a.push_back(before.name);
    } else if (!before.Measured() || !after->Measured()) {
      comparison.errors.push_back(before.name);
    } else {
      comparison.lines.push_back({before.name, ChangeOf(before.seconds, after->seconds)});
    }
  }
  for (const BenchCase& after : b.cases) {
    if (FindCase(a, after.name) == nullptr) comparison.only_b.push_back(after.name);
  }
  return comparison;
}

Grid ComparisonGrid(const BenchComparison& comparison, const std::string& name_a,
                    const std::string& name_b) {
  using Line = BenchComparison::Line;
  const std::vector<Line>& lines = comparison.lines;
  Grid grid;
  grid.Add({"benchmark", look::kId}, lines, &Line::name);
  grid.Add({absl::StrCat("A: ", name_a), look::kNumber}, lines,
           [](const Line& line) { return FormatTime(line.change.median_a); });
  grid.Add({absl::StrCat("B: ", name_b), look::kNumber}, lines,
           [](const Line& line) { return FormatTime(line.change.median_b); });
  grid.Add({"B / A", look::kNumber}, lines,
           [](const Line& line) { return ThreeDigits(line.change.ratio); });
  grid.Add({"95 % interval", look::kInterval}, lines,
           [](const Line& line) { return FormatInterval(line.change.interval); });
  grid.Add({"p", look::kNumber}, lines,
           [](const Line& line) { return FormatP(line.change.test.p); });
  grid.Add({"B is", look::kText}, lines, [](const Line& line) {
    return GridCell{VerdictName(line.change.verdict), ToneOf(line.change.verdict)};
  });
  return grid;
}

std::vector<std::string> ComparisonNotes(const BenchComparison& comparison, const BenchResults& a,
                                         const BenchResults& b) {
  std::vector<std::string> notes;
  const size_t lines = comparison.lines.size();
  if (lines == 0) return notes;
  notes.push_back(absl::StrFormat(
      "medians; p of the two-sided Mann-Whitney U test, a difference below %g", kSignificance));
  if (lines > 1) {
    notes.push_back(
        absl::StrFormat("of %d benchmarks in which nothing changed, %.2g would differ by chance",
                        lines, kSignificance * static_cast<double>(lines)));
  }
  const size_t fewest = std::min(FewestRepetitions(a), FewestRepetitions(b));
  if (fewest < kEnoughRepetitions) {
    notes.push_back(absl::StrCat("only ", fewest, fewest == 1 ? " repetition; " : " repetitions; ",
                                 kEnoughRepetitions, " or more are needed to rely on the test"));
  }
  if (a.machine != b.machine) {
    notes.push_back(absl::StrCat("two machines: A on ", a.machine, "; B on ", b.machine,
                                 ". Their times do not compare"));
  }
  return notes;
}

Json ToJson(const BenchComparison& comparison) {
  Json benchmarks = Json::array();
  for (const BenchComparison::Line& line : comparison.lines) {
    const TimeChange& change = line.change;
    benchmarks.push_back({{"name", line.name},
                          {"median_a_s", change.median_a},
                          {"median_b_s", change.median_b},
                          {"ratio", change.ratio},
                          {"interval_95", change.interval.has_value()
                                              ? Json({change.interval->low, change.interval->high})
                                              : Json()},
                          {"p", change.test.p},
                          {"method", change.test.exact ? "exact" : "normal approximation"},
                          {"verdict", VerdictName(change.verdict)}});
  }
  return {{"schema", 1},
          {"benchmarks", std::move(benchmarks)},
          {"only_a", comparison.only_a},
          {"only_b", comparison.only_b},
          {"errors", comparison.errors}};
}

}  // namespace facet
