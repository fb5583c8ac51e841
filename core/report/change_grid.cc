#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/report/cell_pictures.h"
#include "core/report/comparison.h"
#include "core/report/grids.h"
#include "core/report/groups.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr size_t kMaxChanges = 4;  // on a line of a terminal; the other forms have all

struct Step {
  const ReportRow* row = nullptr;  // of copies the first
  std::string id, parent;          // of copies the row's that they are of
  std::optional<PairedDifference> paired = {};
  std::string why = {};  // there is no difference
};

std::vector<Step> StepsOf(const Report& report) {
  std::vector<Step> steps;
  const std::vector<RowGroup> groups = GroupsOf(report);
  for (const RowGroup& group : groups) {
    const RowGroup* parent = FindGroup(groups, group.first().parent);
    const bool has_effect = !group.first().part.empty();
    if (parent == nullptr || has_effect) continue;
    Step step{&group.first(), group.id, parent->id};
    step.paired = CompareGroups(group, *parent, &step.why);
    steps.push_back(std::move(step));
  }
  return steps;
}

GridCell RowsOf(const Step& step) {
  const std::string versus = absl::StrCat("vs ", step.parent);
  return {absl::StrCat(step.id, " ", versus), Tone::kPlain,
          absl::StrCat(HtmlInTone(EscapeHtml(step.id), Tone::kStrong), " ",
                       HtmlInTone(EscapeHtml(versus), Tone::kMuted))};
}

std::string From(const ReportChange& change) {
  const auto shown = [](const std::string& value) { return value.empty() ? "none" : value; };
  return absl::StrCat(shown(change.from), " → ", shown(change.to));
}

// "train.data.snapshot full → curated; ...".
std::string ChangesOf(const ReportRow& row, size_t most) {
  std::vector<std::string> shown;
  for (const ReportChange& change : row.changes) {
    if (shown.size() < most) shown.push_back(absl::StrCat(change.path, " ", From(change)));
  }
  const size_t more = row.changes.size() - shown.size();
  if (more > 0) shown.push_back(absl::StrCat(more, " more"));
  return shown.empty() ? "nothing" : absl::StrJoin(shown, "; ");
}

GridCell ChangeList(const Step& step) {
  if (step.row->changes.empty()) return {"nothing", Tone::kMuted};
  std::string list = "<ul class=\"changes\">";
  for (const ReportChange& change : step.row->changes) {
    absl::StrAppend(&list, "<li><code>", EscapeHtml(change.path), "</code> ",
                    EscapeHtml(From(change)), "</li>");
  }
  return HtmlCell(list + "</ul>");
}

GridCell DifferenceOf(const Step& step) {
  if (!step.paired.has_value()) return {"–", Tone::kStrong};
  return {FormatDifference(step.paired->value, step.paired->unit), Tone::kStrong};
}

GridCell DifferenceOrWhy(const Step& step) {
  if (step.paired.has_value()) return DifferenceOf(step);
  return {step.why, Tone::kPlain, "", /*span=*/3};
}

std::string IntervalOrWhy(const Step& step) {
  if (!step.paired.has_value()) return step.why;
  const PairedDifference& paired = *step.paired;
  return absl::StrCat("[", FormatDifference(paired.low, paired.unit), ", ",
                      FormatDifference(paired.high, paired.unit), "]");
}

std::optional<ShownInterval> IntervalOf(const Step& step) {
  if (!step.paired.has_value()) return std::nullopt;
  return ShownInterval{step.paired->value, step.paired->low, step.paired->high};
}

}  // namespace

std::string ChangesText(const ReportRow& row) { return ChangesOf(row, row.changes.size()); }

Grid ChangeGrid(const Report& report) {
  const std::vector<Step> steps = StepsOf(report);
  std::set<std::string> methods, units;
  std::vector<std::optional<ShownInterval>> intervals;
  for (const Step& step : steps) {
    intervals.push_back(IntervalOf(step));
    if (!step.paired.has_value()) continue;
    methods.insert(step.paired->method);
    units.insert(step.paired->unit);
  }
  const std::string unit = units.size() == 1 ? *units.begin() : "";
  Grid grid;
  if (!methods.empty()) {
    grid.notes.push_back(absl::StrCat("Δ: difference", unit == "%" ? " in percentage points" : "",
                                      ", with its 95 % interval from ",
                                      absl::StrJoin(methods, "; ")));
  }
  constexpr unsigned kLines = form::kTerminal | form::kMarkdown;
  grid.Add({"rows", look::kId}, steps, RowsOf);
  grid.Add({"what changed", look::kText, form::kHtml}, steps, ChangeList);
  grid.Add({WithUnit("Δ", unit), look::kNumber, form::kHtml}, steps, DifferenceOrWhy);
  grid.Add({"Δ", look::kNumber, kLines}, steps, DifferenceOf);
  grid.Add({"95 % interval", look::kInterval}, steps, IntervalOrWhy);
  grid.Add({"", look::kWide, form::kHtml}, IntervalSvgs(intervals, /*zero=*/true), HtmlCell);
  // On lines what changed is last: it may be long.
  grid.Add({"what changed", look::kText, form::kTerminal}, steps,
           [](const Step& step) { return ChangesOf(*step.row, kMaxChanges); });
  grid.Add({"what changed", look::kText, form::kMarkdown}, steps,
           [](const Step& step) { return ChangesText(*step.row); });
  return grid;
}

}  // namespace facet
