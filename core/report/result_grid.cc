#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/report/cell_pictures.h"
#include "core/report/comparison.h"
#include "core/report/grids.h"
#include "core/report/groups.h"
#include "core/report/summary.h"
#include "core/report/sweep.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr char kTime[] = "time/";
constexpr double kNormalQuantile = 1.96;  // 95 % of a normal distribution

// What a row has in the column of results.
struct Headline {
  const ReportRow* row = nullptr;
  const Metric* metric = nullptr;    // null: there is none
  bool elsewhere = false;            // because it has a column of its own
  const SeedMeans* means = nullptr;  // of a row that seeds repeat
};

const SeedMeans* MeansFor(const GroupedReport& grouped, const ReportRow& row) {
  const auto found = grouped.means.find(row.id);
  return found == grouped.means.end() ? nullptr : &found->second;
}

// Rows may be about different things (stages of a data set, and networks): what has a column of its
// own is not shown in that of the others' headline too.
std::vector<Headline> HeadlinesOf(const GroupedReport& grouped) {
  const Report& report = grouped.report;
  const auto has_column = [&](const Metric* metric) {
    return metric != nullptr &&
           std::count(report.columns.begin(), report.columns.end(), metric->name) > 0;
  };
  const bool others =
      std::any_of(report.rows.begin(), report.rows.end(), [&](const ReportRow& row) {
        return ShownMetric(row) != nullptr && !has_column(ShownMetric(row));
      });
  std::vector<Headline> headlines;
  for (const ReportRow& row : report.rows) {
    const Metric* metric = ShownMetric(row);
    const bool elsewhere = others && has_column(metric);
    headlines.push_back({&row, elsewhere ? nullptr : metric, elsewhere, MeansFor(grouped, row)});
  }
  return headlines;
}

// "100%-EER, pooled [%]", or as much of it as the rows have in common.
std::string HeadOf(const std::vector<Headline>& headlines) {
  std::set<std::string> full, base;
  for (const Headline& each : headlines) {
    if (each.metric == nullptr) continue;
    full.insert(NameWithUnit(*each.metric));
    base.insert(WithUnit(BaseName(each.metric->name), each.metric->unit));
  }
  return full.size() == 1 ? *full.begin() : base.size() == 1 ? *base.begin() : "result";
}

// In HTML the error over the test set stands below that over seeds.
std::string OnTwoLines(const std::string& text) {
  return absl::StrReplaceAll(EscapeHtml(text), {{") ± ", ")<br>± "}});
}

// The value is set off from what follows it.
GridCell MeanCell(const Metric& metric, const SeedMeans& means) {
  const std::string text = FormatOverSeeds(metric, means);
  const std::string value = FormatValue(metric.value, metric.unit);
  return {text, Tone::kStrong,
          absl::StrCat(HtmlInTone(value, Tone::kStrong),
                       HtmlInTone(OnTwoLines(text.substr(value.size())), Tone::kMuted))};
}

GridCell BesideCell(const Metric& metric, const SeedMeans& means) {
  const std::string text = FormatBeside(metric, means);
  return {text, Tone::kPlain, OnTwoLines(text)};
}

GridCell ResultCell(const Headline& each) {
  if (each.metric != nullptr) {
    return each.means == nullptr ? FigureCell(*each.metric) : MeanCell(*each.metric, *each.means);
  }
  if (each.elsewhere) return {"–", Tone::kMuted};
  const bool failed = each.row->state == ReportRow::State::kFailed;
  const std::string seeds =
      each.means == nullptr ? "" : absl::StrCat(" (", each.means->SeedsText(), ")");
  return {StateName(each.row->state) + seeds, failed ? Tone::kBad : Tone::kMuted};
}

std::optional<ShownInterval> IntervalOf(const Headline& each) {
  if (each.metric == nullptr) return std::nullopt;
  double half = kNormalQuantile * std::max(each.metric->standard_error, 0.0);
  if (each.means != nullptr) half = each.means->HalfInterval(*each.metric).value_or(0.0);
  ShownInterval interval{each.metric->value, each.metric->value - half, each.metric->value + half};
  if (ReferenceDifference(*each.row)) interval.reference = ShownReference(*each.row)->value;
  return interval;
}

std::string CountOf(const Headline& each) {
  return each.metric == nullptr ? "" : FormatCount(each.metric->count);
}

// Milliseconds per image of a stage.
std::string TimeOf(const ReportRow& row, const std::string& stage) {
  if (row.state != ReportRow::State::kDone) return "–";
  for (const ReportStage& each : row.stages) {
    auto images = each.counts.find("images");
    if (images == each.counts.end()) images = each.counts.find("faces");
    if (each.name != stage || !(each.seconds >= 0.0) || images == each.counts.end()) continue;
    if (images->second <= 0) continue;
    return absl::StrFormat("%.3g", 1000.0 * each.seconds / static_cast<double>(images->second));
  }
  return "–";
}

// What the rows are made of. Numbers stand to the right.
void AddSettings(const Report& report, Grid* grid) {
  for (size_t i = 0; i < report.setting_columns.size(); ++i) {
    const auto cell = [i](const ReportRow& row) {
      return i < row.settings.size() ? row.settings[i] : std::string("–");
    };
    const bool numbers = std::all_of(report.rows.begin(), report.rows.end(), [&](const auto& row) {
      const std::string text = cell(row);
      return text == "–" || (!text.empty() && absl::ascii_isdigit(text[0]));
    });
    grid->Add({report.setting_columns[i], numbers ? look::kNumber : look::kWord}, report.rows,
              cell);
  }
}

// Where each row is made of something else than every other, its label says that again.
bool SettingsTellRowsApart(const Report& report) {
  std::set<std::vector<std::string>> different;
  for (const ReportRow& row : report.rows) {
    if (row.settings.size() == report.setting_columns.size()) different.insert(row.settings);
  }
  return !report.setting_columns.empty() && different.size() == report.rows.size();
}

// What a sweep varies.
void AddAxes(const Report& report, Grid* grid) {
  for (const SweepAxis& axis : AxesOf(report)) {
    const auto cell = [&axis](const ReportRow& row) {
      const std::string value = AxisValue(row, axis.path);
      return value.empty() ? std::string("–") : value;
    };
    const bool numbers = std::all_of(report.rows.begin(), report.rows.end(), [&](const auto& row) {
      double number = 0.0;
      return cell(row) == "–" || absl::SimpleAtod(cell(row), &number);
    });
    grid->Add({axis.name, numbers ? look::kNumber : look::kWord}, report.rows, cell);
  }
}

// Where every row is a point of its own, its label says that again.
bool AxesTellRowsApart(const Report& report) {
  std::set<std::vector<std::pair<std::string, std::string>>> different;
  for (const ReportRow& row : report.rows) {
    if (!row.axes.empty()) different.insert(row.axes);
  }
  return !report.rows.empty() && different.size() == report.rows.size();
}

// The published value of a figure that is not computed here.
std::string PublishedValue(const ReportRow& row, const std::string& metric, std::string* unit) {
  for (const ReportReference& reference : row.references) {
    if (reference.metric != metric && BaseName(reference.metric) != metric) continue;
    *unit = reference.unit;
    return FormatValue(reference.value, reference.unit);
  }
  return "–";
}

// A column that the experiment wants beside the headline.
// `headline_errors`: kinds of standard errors that are said already.
void AddColumn(const GroupedReport& grouped, const std::string& name,
               const std::set<std::string>& headline_errors, Grid* grid) {
  const Report& report = grouped.report;
  if (absl::StartsWith(name, kTime)) {
    const std::string stage = name.substr(sizeof(kTime) - 1);
    grid->Add({absl::StrCat(stage, " [ms/image]"), look::kNumber}, report.rows,
              [&](const ReportRow& row) { return TimeOf(row, stage); });
    grid->notes.push_back(
        absl::StrCat("time of ", stage,
                     ": of the run that made the artifact, with all its threads; benchmarks "
                     "compare components under equal conditions"));
    return;
  }
  std::set<std::string> units, errors;
  grid->Add({name, look::kNumber}, report.rows, [&](const ReportRow& row) -> GridCell {
    if (row.state == ReportRow::State::kReported) {
      std::string unit;
      const std::string published = PublishedValue(row, name, &unit);
      if (published != "–") units.insert(unit);
      return {published, Tone::kMuted};
    }
    const bool done = row.state == ReportRow::State::kDone;
    const Metric* metric = done ? FindMetric(row.evaluation.metrics, name) : nullptr;
    if (metric == nullptr) return {"–"};
    units.insert(metric->unit);
    if (metric->error_kind != kCounted) errors.insert(metric->error_kind);
    const SeedMeans* means = MeansFor(grouped, row);
    return means == nullptr ? GridCell{FormatMetric(*metric)} : BesideCell(*metric, *means);
  });
  for (const std::string& error : errors) {
    if (headline_errors.count(error) != 0) continue;
    grid->notes.push_back(absl::StrCat(name, ": ± ", error));
  }
  if (units.size() == 1) grid->columns.back().head = WithUnit(name, *units.begin());
}

std::string ReferenceOf(const ReportRow& row) {
  const ReportReference* reference = ShownReference(row);
  return reference == nullptr ? "–" : FormatValue(reference->value, reference->unit);
}

std::string DifferenceOf(const ReportRow& row) {
  const std::optional<double> difference = ReferenceDifference(row);
  return difference ? FormatDifference(*difference, ShownMetric(row)->unit) : "–";
}

GridCell VerdictOf(const ReportRow& row) {
  const std::string verdict = Verdict(row);
  if (verdict.empty()) return {};
  const Tone tone = verdict == "differs" ? Tone::kWarn : Tone::kGood;
  const char* sign = verdict == "differs" ? "≠ " : verdict == "match" ? "= " : "≈ ";
  return {verdict, tone, HtmlInTone(sign + verdict, tone)};
}

// Names of the published figures, in the order in which rows have them.
std::vector<std::string> PublishedFigures(const Report& report) {
  std::vector<std::string> names;
  for (const ReportRow& row : report.rows) {
    for (const ReportReference& reference : row.references) {
      const auto found = std::find(names.begin(), names.end(), reference.metric);
      if (found == names.end()) names.push_back(reference.metric);
    }
  }
  return names;
}

// "text (rows 1, 2)" for each distinct text, "text" where it is that of all.
std::vector<std::string> Grouped(const std::vector<std::pair<std::string, std::string>>& id_text) {
  std::vector<std::string> order, lines;
  std::map<std::string, std::vector<std::string>> ids;
  for (const auto& [id, text] : id_text) {
    if (ids[text].empty()) order.push_back(text);
    ids[text].push_back(id);
  }
  for (const std::string& text : order) {
    lines.push_back(order.size() == 1 ? text : absl::StrCat(text, " (", RowNames(ids[text]), ")"));
  }
  return lines;
}

std::string ReportedNote(const std::vector<std::pair<std::string, std::string>>& id_source) {
  return absl::StrCat("reported, not computed here: ", absl::StrJoin(Grouped(id_source), "; "));
}

std::string PaperNote(const Report& report) {
  return absl::StrCat("paper: ", report.reference_source.empty() ? report.reference_title
                                                                 : report.reference_source);
}

// What the results are: what they were measured on, other metrics than the head's, kinds of
// standard error, sources.
std::vector<std::string> NotesOf(const std::vector<Headline>& headlines) {
  std::vector<std::pair<std::string, std::string>> measured, errors, metrics, reported;
  for (const Headline& each : headlines) {
    if (const std::string on = MeasuredOn(*each.row); !on.empty()) {
      measured.emplace_back(each.row->id, on);
    }
    if (each.row->state == ReportRow::State::kReported) {
      reported.emplace_back(each.row->id, each.row->reason);
    }
    if (each.metric == nullptr) continue;
    metrics.emplace_back(each.row->id, NameWithUnit(*each.metric));
    if (each.metric->error_kind == kCounted) continue;
    errors.emplace_back(each.row->id, each.metric->error_kind);
  }
  std::vector<std::string> notes = Grouped(metrics);
  if (notes.size() == 1) notes.clear();
  if (!measured.empty()) {
    notes.push_back(absl::StrCat("measured on ", absl::StrJoin(Grouped(measured), "; ")));
  }
  if (!errors.empty()) {
    notes.push_back(absl::StrCat("± standard error: ", absl::StrJoin(Grouped(errors), "; "),
                                 "; n: pairs, images or faces that a figure rests on"));
  }
  if (!reported.empty()) {
    notes.push_back(ReportedNote(reported));
  }
  const bool seeds = std::any_of(headlines.begin(), headlines.end(),
                                 [](const Headline& each) { return each.means != nullptr; });
  if (seeds) {
    notes.push_back(
        "m ± s (k seeds) ± e: mean over seeds, sample standard deviation over them, and standard "
        "error "
        "over the test set of one seed (root mean square over seeds)");
  }
  return notes;
}

void AddPictures(const std::vector<Headline>& headlines, bool references, Grid* grid) {
  std::vector<std::optional<ShownInterval>> intervals;
  for (const Headline& each : headlines) intervals.push_back(IntervalOf(each));
  const std::vector<std::string> pictures = IntervalSvgs(intervals, /*zero=*/false);
  grid->Add({"95 % interval", look::kWide, form::kHtml}, pictures, HtmlCell);
  const auto is_there = [](const std::string& picture) { return !picture.empty(); };
  if (!std::any_of(pictures.begin(), pictures.end(), is_there)) return;
  grid->picture_note = references ? "● ours with 1.96 standard errors either way, ◇ paper"
                                  : "● with 1.96 standard errors either way";
  const bool seeds = std::any_of(headlines.begin(), headlines.end(),
                                 [](const Headline& each) { return each.means != nullptr; });
  if (seeds) {
    grid->picture_note +=
        "; of a mean over seeds with the interval of both errors: variance over seeds / number of "
        "seeds + variance over the test set";
  }
}

bool NothingIsComputed(const Report& report) {
  return !report.rows.empty() &&
         std::all_of(report.rows.begin(), report.rows.end(),
                     [](const ReportRow& row) { return row.state == ReportRow::State::kReported; });
}

// A table that has nothing to compute: its rows' published figures, a column each.
Grid ReportedGrid(const Report& report) {
  Grid grid;
  std::vector<std::pair<std::string, std::string>> sources;
  for (const ReportRow& row : report.rows) sources.emplace_back(row.id, row.reason);
  grid.notes = {ReportedNote(sources), PaperNote(report)};
  grid.Add({"row", look::kId}, report.rows, &ReportRow::id);
  grid.Add({"label", look::kText}, report.rows, &ReportRow::label);
  AddSettings(report, &grid);
  for (const std::string& name : PublishedFigures(report)) AddColumn({report, {}}, name, {}, &grid);
  return grid;
}

}  // namespace

GridCell FigureCell(const Metric& metric) {
  const std::string text = FormatMetric(metric);
  if (metric.error_kind == kCounted) return {text, Tone::kStrong};
  const std::string value = FormatValue(metric.value, metric.unit);
  const std::string error = metric.standard_error >= 0.0
                                ? "± " + FormatValue(metric.standard_error, metric.unit)
                                : "error unknown";
  return {text, Tone::kStrong,
          absl::StrCat(HtmlInTone(value, Tone::kStrong), " ", HtmlInTone(error, Tone::kMuted))};
}

Grid ResultGrid(const Report& given) {
  const GroupedReport grouped = OverSeeds(given);
  const Report& report = grouped.report;
  const std::vector<ReportRow>& rows = report.rows;
  if (NothingIsComputed(report)) return ReportedGrid(report);
  const std::vector<Headline> headlines = HeadlinesOf(grouped);
  const bool references = std::any_of(rows.begin(), rows.end(), [](const ReportRow& row) {
    return ShownReference(row) != nullptr;
  });
  const bool verdicts = std::any_of(rows.begin(), rows.end(),
                                    [](const ReportRow& row) { return !Verdict(row).empty(); });
  Grid grid;
  grid.notes = NotesOf(headlines);
  if (references) {
    grid.notes.push_back(PaperNote(report));
    if (!verdicts) {
      grid.notes.push_back("the reference gives no tolerance: differences are not judged");
    }
  }
  for (const std::string& note : SweepNotes(given)) grid.notes.push_back(note);
  grid.Add({"row", look::kId}, rows, &ReportRow::id);
  if (!SettingsTellRowsApart(report) && !AxesTellRowsApart(report)) {
    grid.Add({"label", look::kText}, rows, LabelWithoutAxes);
  }
  AddAxes(report, &grid);
  AddSettings(report, &grid);
  grid.Add({HeadOf(headlines), look::kNumber}, headlines, ResultCell);
  AddPictures(headlines, references, &grid);
  grid.Add({"n", look::kCount}, headlines, CountOf);
  std::set<std::string> errors;
  for (const Headline& each : headlines) {
    if (each.metric != nullptr) errors.insert(each.metric->error_kind);
  }
  for (const std::string& column : report.columns) AddColumn(grouped, column, errors, &grid);
  if (references) {
    grid.Add({"paper", look::kNumber}, rows, ReferenceOf);
    grid.Add({"difference", look::kNumber}, rows, DifferenceOf);
  }
  if (verdicts) grid.Add({"verdict", look::kText}, rows, VerdictOf);
  return grid;
}

Grid FigureGrid(const Report& report) {
  std::vector<std::string> ids;
  std::vector<Metric> metrics;
  for (const ReportRow& row : report.rows) {
    if (row.state != ReportRow::State::kDone) continue;
    ids.insert(ids.end(), row.evaluation.metrics.size(), row.id);
    metrics.insert(metrics.end(), row.evaluation.metrics.begin(), row.evaluation.metrics.end());
  }
  Grid grid;
  grid.grouped = true;
  grid.Add({"row", look::kId}, ids, [](const std::string& id) { return id; });
  grid.Add({"figure", look::kText}, metrics, NameWithUnit);
  grid.Add({"value", look::kNumber}, metrics, FigureCell);
  grid.Add({"n", look::kCount}, metrics,
           [](const Metric& metric) { return FormatCount(metric.count); });
  grid.Add({"standard error", look::kRemark}, metrics, &Metric::error_kind);
  return grid;
}

}  // namespace facet
