#include "core/bench/table.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/bench/compare.h"
#include "core/bench/statistics.h"
#include "core/bench/units.h"

namespace facet {
namespace {

struct BenchLine {
  const BenchCase* of = nullptr;
  const BenchCase* reference = nullptr;  // the case's first component; null: none was measured
  bool is_first_case = false;            // of the component: what is known of it stands here

  bool HasRatio() const { return of->Measured() && reference != nullptr && of != reference; }
};

std::vector<std::string> LabelsOf(const BenchResults& results) {
  std::vector<std::string> labels;
  for (const BenchCase& each : results.cases) {
    if (std::find(labels.begin(), labels.end(), each.label) == labels.end()) {
      labels.push_back(each.label);
    }
  }
  return labels;
}

// As `order` says, then, of those that it does not name, the fastest first where that is asked for.
// Those that were not measured come last.
void SortComponents(const std::vector<std::string>& order, bool by_time,
                    std::vector<const BenchCase*>* cases) {
  const auto place = [&order, by_time](const BenchCase* each) {
    const auto found = std::find(order.begin(), order.end(), each->component);
    const double time = each->Measured() && by_time ? Median(each->seconds) : 0.0;
    return std::tuple(!each->Measured(), found - order.begin(), time);
  };
  std::stable_sort(cases->begin(), cases->end(), [&place](const BenchCase* a, const BenchCase* b) {
    return place(a) < place(b);
  });
}

std::vector<BenchLine> LinesOf(const BenchResults& results, const std::vector<std::string>& order,
                               bool by_time) {
  std::set<const BenchCase*> first_cases;
  std::set<std::string> seen;
  for (const BenchCase& each : results.cases) {
    if (seen.insert(each.component).second) first_cases.insert(&each);
  }
  std::vector<BenchLine> lines;
  for (const std::string& label : LabelsOf(results)) {
    std::vector<const BenchCase*> cases;
    for (const BenchCase& each : results.cases) {
      if (each.label == label) cases.push_back(&each);
    }
    SortComponents(order, by_time, &cases);
    const BenchCase* reference = cases.front()->Measured() ? cases.front() : nullptr;
    for (const BenchCase* each : cases) {
      lines.push_back({each, reference, first_cases.count(each) > 0});
    }
  }
  return lines;
}

GridCell TimeCell(const BenchLine& line) {
  if (!line.of->Measured()) return {"failed", Tone::kBad};
  return {FormatTime(Median(line.of->seconds))};
}

std::string SpreadOf(const BenchLine& line) {
  const std::optional<double> spread = RelativeSpread(line.of->seconds);
  return spread.has_value() ? FormatShare(*spread) : "";
}

std::string RatioOf(const BenchLine& line) {
  if (!line.HasRatio()) return line.of->Measured() ? "1" : "";
  return ThreeDigits(Median(line.of->seconds) / Median(line.reference->seconds));
}

std::string IntervalOf(const BenchLine& line) {
  if (!line.HasRatio()) return "";
  const std::optional<Interval> interval = RatioInterval(line.of->seconds, line.reference->seconds);
  return interval.has_value() ? FormatInterval(interval) : "not known";
}

std::string MemoryOf(const BenchLine& line, const BenchMemory& memory) {
  const auto found = memory.above_idle_mib.find(line.of->component);
  if (!line.is_first_case || found == memory.above_idle_mib.end()) return "";
  if (!found->second.has_value()) return "not known";
  return *found->second < 1.0 ? "< 1" : absl::StrFormat("%.0f", *found->second);
}

std::set<std::string> CountersOf(const std::vector<BenchLine>& lines) {
  std::set<std::string> names;
  for (const BenchLine& line : lines) {
    for (const auto& [name, values] : line.of->counters) names.insert(name);
  }
  return names;
}

void AddCounters(const std::vector<BenchLine>& lines, Grid* grid) {
  for (const std::string& name : CountersOf(lines)) {
    grid->Add({name, look::kNumber}, lines, [&name](const BenchLine& line) {
      const auto found = line.of->counters.find(name);
      return found == line.of->counters.end() ? "" : FormatCounter(Median(found->second));
    });
  }
}

// Nothing where no line has any.
template <class CellOf>
void AddUnlessEmpty(GridColumn column, const std::vector<BenchLine>& lines, const CellOf& cell_of,
                    Grid* grid) {
  for (const BenchLine& line : lines) {
    if (cell_of(line).empty()) continue;
    grid->Add(std::move(column), lines, cell_of);
    return;
  }
}

void AddBaseline(const std::vector<BenchLine>& lines, const BenchResults& baseline, Grid* grid) {
  const auto change = [&baseline](const BenchLine& line) -> std::optional<TimeChange> {
    const BenchCase* before = FindCase(baseline, line.of->name);
    if (before == nullptr || !before->Measured() || !line.of->Measured()) return std::nullopt;
    return ChangeOf(before->seconds, line.of->seconds);
  };
  const auto ratio = [&change](const BenchLine& line) -> std::string {
    const std::optional<TimeChange> found = change(line);
    return found.has_value() ? ThreeDigits(found->ratio) : "";
  };
  const auto p = [&change](const BenchLine& line) -> std::string {
    const std::optional<TimeChange> found = change(line);
    return found.has_value() ? FormatP(found->test.p) : "";
  };
  AddUnlessEmpty({"to baseline", look::kNumber}, lines, ratio, grid);
  AddUnlessEmpty({"p", look::kCount}, lines, p, grid);
}

void AddNames(const std::vector<BenchLine>& lines, Grid* grid) {
  grid->Add({"case", look::kId}, lines, [](const BenchLine& line) { return line.of->label; });
  grid->Add({"component", look::kText}, lines,
            [](const BenchLine& line) { return line.of->component; });
}

void AddNotes(const BenchResults& results, const BenchSurroundings& around, Grid* grid) {
  const size_t fewest = FewestRepetitions(results);
  grid->notes.push_back(absl::StrCat("median of ", fewest,
                                     fewest == 1 ? " repetition" : " repetitions",
                                     " in random order; IQR: interquartile range, in % of it"));
  grid->notes.push_back(absl::StrCat("ratio: to the ",
                                     around.order.empty() ? "fastest" : "first of --use",
                                     " of the case, with its interval (Mann-Whitney)"));
  if (fewest < kEnoughRepetitions) {
    grid->notes.push_back(
        absl::StrCat("fewer than ", kEnoughRepetitions, " repetitions: intervals are wide"));
  }
  if (!around.memory.above_idle_mib.empty()) {
    const std::optional<double>& idle = around.memory.idle_mib;
    grid->notes.push_back(
        absl::StrCat("peak: memory of a process that runs the first case once, above an idle one (",
                     idle.has_value() ? absl::StrFormat("%.0f MiB", *idle) : "not known", ")"));
  }
  if (around.baseline != nullptr) {
    grid->notes.push_back("to baseline: ratio of the medians, p of the Mann-Whitney U test");
  }
  if (!around.size_means.empty()) {
    grid->notes.push_back(absl::StrCat("sizes (--sizes): ", around.size_means));
  }
}

}  // namespace

Grid BenchGrid(const BenchResults& results, const BenchSurroundings& around) {
  const std::vector<BenchLine> lines = LinesOf(results, around.order, /*by_time=*/true);
  Grid grid;
  AddNames(lines, &grid);
  grid.Add({"median", look::kNumber}, lines, TimeCell);
  grid.Add({"IQR", look::kCount}, lines, SpreadOf);
  grid.Add({"ratio", look::kNumber}, lines, RatioOf);
  grid.Add({"95 % interval", look::kInterval}, lines, IntervalOf);
  const auto rate = [](const BenchLine& line) -> std::string {
    const std::vector<double>& rates = line.of->items_per_second;
    return rates.empty() ? "" : FormatRate(Median(rates));
  };
  AddUnlessEmpty({"items/s", look::kNumber}, lines, rate, &grid);
  const auto peak = [&around](const BenchLine& line) { return MemoryOf(line, around.memory); };
  AddUnlessEmpty({"peak [MiB]", look::kNumber}, lines, peak, &grid);
  AddCounters(lines, &grid);
  if (around.baseline != nullptr) AddBaseline(lines, *around.baseline, &grid);
  const auto quality = [&around](const BenchLine& line) -> std::string {
    const auto found = around.quality.find(line.of->component);
    return line.is_first_case && found != around.quality.end() ? found->second : "";
  };
  AddUnlessEmpty({"in the store", look::kRemark}, lines, quality, &grid);
  AddNotes(results, around, &grid);
  return grid;
}

Grid DryRunGrid(const BenchResults& results, const BenchSurroundings& around) {
  const std::vector<BenchLine> lines = LinesOf(results, around.order, /*by_time=*/false);
  Grid grid;
  AddNames(lines, &grid);
  grid.Add({"once", look::kText}, lines, [](const BenchLine& line) {
    return line.of->Measured() ? GridCell{"runs"} : GridCell{"failed", Tone::kBad};
  });
  AddCounters(lines, &grid);
  grid.notes = {"a dry run: every case once, nothing was measured"};
  return grid;
}

}  // namespace facet
