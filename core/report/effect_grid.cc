#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/report/cell_pictures.h"
#include "core/report/effects.h"
#include "core/report/grids.h"
#include "core/report/text.h"

namespace facet {
namespace {

bool ExcludesZero(const Effect& effect) {
  return effect.difference && (effect.difference->low > 0.0 || effect.difference->high < 0.0);
}

GridCell PartOf(const Effect& effect) {
  const std::string text = effect.alternative.empty()
                               ? effect.slot
                               : absl::StrCat(effect.slot, " = ", effect.alternative);
  return {text, Tone::kPlain, absl::StrCat("<code>", EscapeHtml(text), "</code>")};
}

std::string ComparedOf(const Effect& effect) {
  return effect.alternative.empty() ? absl::StrCat(effect.against, " vs ", effect.row)
                                    : absl::StrCat(effect.row, " vs ", effect.against);
}

GridCell ValueOf(const Effect& effect) {
  if (!effect.difference) return {"–", Tone::kMuted};
  return {FormatDifference(effect.difference->value, effect.difference->unit),
          ExcludesZero(effect) ? Tone::kStrong : Tone::kPlain};
}

std::string RangeOf(const Effect& effect) {
  if (!effect.difference) return effect.why;
  return absl::StrCat("[", FormatDifference(effect.difference->low, effect.difference->unit), ", ",
                      FormatDifference(effect.difference->high, effect.difference->unit), "]");
}

std::string SeedsOf(const Effect& effect) {
  return effect.difference ? absl::StrCat(effect.difference->seeds) : "–";
}

std::string AdjustedOf(const Effect& effect) {
  if (std::isnan(effect.adjusted_p)) return "–";
  return effect.adjusted_p < 0.001 ? "< 0.001" : absl::StrFormat("%.3f", effect.adjusted_p);
}

GridCell ReadingOf(const Effect& effect) {
  const std::string verdict = EffectVerdict(effect);
  if (!ExcludesZero(effect)) return {verdict, Tone::kMuted};
  return {verdict, verdict == "differs from 0" ? Tone::kGood : Tone::kWarn};
}

std::optional<ShownInterval> PictureOf(const Effect& effect) {
  if (!effect.difference) return std::nullopt;
  ShownInterval interval{effect.difference->value, effect.difference->low, effect.difference->high};
  interval.hollow = EffectVerdict(effect) != "differs from 0";
  return interval;
}

std::string HeadlineName(const Report& report, const std::vector<Effect>& effects) {
  std::set<std::string> names;
  const std::vector<RowGroup> groups = GroupsOf(report);
  for (const Effect& effect : effects) {
    const RowGroup* group = FindGroup(groups, effect.row);
    if (!effect.difference || group == nullptr || group->Done().empty()) continue;
    names.insert(BaseName(group->Done().front()->evaluation.metrics[0].name));
  }
  return names.size() == 1 ? *names.begin() : "the headline";
}

// "7 effects of row 6", one for each row that has some.
std::string FamiliesOf(const std::vector<Effect>& effects) {
  std::vector<std::string> order;
  std::map<std::string, int> counts;
  for (const Effect& effect : effects) {
    if (std::isnan(effect.adjusted_p)) continue;
    if (counts[effect.against]++ == 0) order.push_back(effect.against);
  }
  std::vector<std::string> texts;
  for (const std::string& id : order) {
    texts.push_back(
        absl::StrCat(counts[id], counts[id] == 1 ? " effect" : " effects", " against row ", id));
  }
  return absl::StrJoin(texts, ", ");
}

}  // namespace

Grid EffectGrid(const Report& report) {
  const std::vector<Effect> effects = EffectsOf(report);
  Grid grid;
  if (effects.empty()) return grid;
  std::set<std::string> methods, units;
  std::vector<std::optional<ShownInterval>> intervals;
  bool parts = false, alternatives = false;
  for (const Effect& effect : effects) {
    intervals.push_back(PictureOf(effect));
    (effect.alternative.empty() ? parts : alternatives) = true;
    if (!effect.difference) continue;
    methods.insert(effect.difference->method);
    units.insert(effect.difference->unit);
  }
  const std::string name = HeadlineName(report, effects);
  const std::string unit = units.size() == 1 ? *units.begin() : "";
  grid.notes.push_back(absl::StrCat(
      "effect: change of ", name, unit == "%" ? " in percentage points" : "", "; ",
      parts ? "of a part, the row with it minus the row without it" : "",
      parts && alternatives ? "; " : "",
      alternatives ? "of an alternative (slot = value), the row with it minus the row it replaces"
                   : ""));
  if (!methods.empty()) {
    grid.notes.push_back(absl::StrCat("95 % interval of each comparison by itself, from ",
                                      absl::StrJoin(methods, "; ")));
    grid.notes.push_back(absl::StrCat(
        "p (Holm): two-sided, of no effect, adjusted for ", FamiliesOf(effects),
        " (Holm 1979); \"differs from 0\": interval without 0 and adjusted p below 0.05"));
    grid.picture_note = "● differs from 0 after Holm's adjustment, ○ does not; 95 % intervals";
  }
  grid.Add({"part", look::kText}, effects, PartOf);
  grid.Add({WithUnit("effect", unit), look::kNumber}, effects, ValueOf);
  grid.Add({"95 % interval", look::kInterval}, effects, RangeOf);
  grid.Add({"", look::kWide, form::kHtml}, IntervalSvgs(intervals, /*zero=*/true), HtmlCell);
  grid.Add({"seeds", look::kCount}, effects, SeedsOf);
  grid.Add({"p (Holm)", look::kCount}, effects, AdjustedOf);
  grid.Add({"reading", look::kId}, effects, ReadingOf);
  grid.Add({"rows", look::kRemark, form::kTerminal | form::kMarkdown}, effects, ComparedOf);
  constexpr unsigned kPages = form::kHtml | form::kMarkdown;
  const std::vector<RowGroup> groups = GroupsOf(report);
  grid.Add({"what changed", look::kRemark, kPages}, effects, [&groups](const Effect& effect) {
    const RowGroup* group = FindGroup(groups, effect.row);
    return group == nullptr ? std::string() : ChangesText(group->first());
  });
  return grid;
}

}  // namespace facet
