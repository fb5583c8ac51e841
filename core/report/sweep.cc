#include "core/report/sweep.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/report/text.h"

namespace facet {
namespace {

constexpr double kSweepLevel = 0.05;
constexpr double kNormal975 = 1.96;  // 95 % of a normal distribution
constexpr size_t kMaxNamed = 4;      // rows in a sentence
constexpr double kApart = 4.0;       // px, of points of neighbouring lines, at most
constexpr double kSpread = 20.0;     // px, of those of all lines
constexpr double kLogSpan = 20.0;    // axes whose largest value is so many times the least

std::optional<double> NumberOf(const std::string& text) {
  double number = 0.0;
  if (!absl::SimpleAtod(text, &number) || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string LastName(const std::string& path) { return path.substr(path.rfind('.') + 1); }

std::vector<SweepAxis> Named(const std::vector<std::string>& paths) {
  std::map<std::string, int> uses;
  for (const std::string& path : paths) ++uses[LastName(path)];
  std::vector<SweepAxis> axes;
  for (const std::string& path : paths) {
    axes.push_back({path, uses[LastName(path)] == 1 ? LastName(path) : path});
  }
  return axes;
}

// Ids of points are the row's, a comma and their values.
std::string SweptRow(const std::string& id) { return id.substr(0, id.find(',')); }

// The points that are done and have one headline, in order, with the means of their copies.
struct DonePoint {
  const RowGroup* group = nullptr;
  SeedMeans means;
  Metric metric;
};

std::vector<DonePoint> DonePoints(const ReportSweep& sweep) {
  std::vector<DonePoint> points;
  for (const RowGroup& group : sweep.points) {
    DonePoint point{&group, {}, {}};
    if (group.Done().empty()) continue;
    if (group.repeated()) point.means = MeansOf(group);
    const ReportRow& row = group.repeated() ? point.means.row : group.first();
    if (row.evaluation.metrics.empty()) continue;
    const Metric& metric = row.evaluation.metrics[0];
    if (!std::isfinite(metric.value)) continue;
    if (!points.empty() && points[0].metric.name != metric.name) continue;
    point.metric = metric;
    points.push_back(std::move(point));
  }
  return points;
}

double HalfOf(const DonePoint& point) {
  if (point.group->repeated()) return point.means.HalfInterval(point.metric).value_or(0.0);
  return kNormal975 * std::max(point.metric.standard_error, 0.0);
}

std::string NamedRows(const std::vector<std::string>& ids) {
  std::vector<std::string> shown(ids.begin(),
                                 ids.begin() + static_cast<long>(std::min(ids.size(), kMaxNamed)));
  std::string text = absl::StrJoin(shown, "; ");
  if (ids.size() > kMaxNamed) absl::StrAppend(&text, " and ", ids.size() - kMaxNamed, " more");
  return text;
}

std::vector<std::string> ValuesOn(const ReportSweep& sweep, const std::string& path) {
  std::vector<std::string> values;
  for (const RowGroup& point : sweep.points) {
    const std::string value = AxisValue(point.first(), path);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return values;
}

bool IsNumeric(const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](const std::string& value) { return NumberOf(value).has_value(); });
}

// The axis of numbers with the most values, the first of several; null: there is none.
const SweepAxis* HorizontalAxis(const ReportSweep& sweep) {
  const SweepAxis* chosen = nullptr;
  size_t most = 1;
  for (const SweepAxis& axis : sweep.axes) {
    const std::vector<std::string> values = ValuesOn(sweep, axis.path);
    if (!IsNumeric(values) || values.size() <= most) continue;
    chosen = &axis;
    most = values.size();
  }
  return chosen;
}

void FitSweep(const std::vector<std::string>& values, Plot* plot) {
  std::vector<double> xs, ys;
  for (const std::string& value : values) xs.push_back(*NumberOf(value));
  for (const PlotErrorBar& bar : plot->error_bars) ys.insert(ys.end(), {bar.low, bar.high});
  const auto [x_low, x_high] = std::minmax_element(xs.begin(), xs.end());
  const auto [y_low, y_high] = std::minmax_element(ys.begin(), ys.end());
  plot->log_x = *x_low > 0.0 && *x_high / *x_low >= kLogSpan;
  const double room = 0.05;
  if (plot->log_x) {
    const double factor = std::pow(*x_high / *x_low, room);
    plot->x_min = *x_low / factor;
    plot->x_max = *x_high * factor;
  } else {
    plot->x_min = *x_low - room * (*x_high - *x_low);
    plot->x_max = *x_high + room * (*x_high - *x_low);
  }
  const double margin = *y_high > *y_low ? 0.08 * (*y_high - *y_low) : 0.5;
  plot->y_min = *y_low - margin;
  plot->y_max = *y_high + margin;
}

std::string PointName(const ReportSweep& sweep, const DonePoint& point, double half) {
  std::vector<std::string> where;
  for (const SweepAxis& axis : sweep.axes) {
    where.push_back(absl::StrCat(axis.name, " ", AxisValue(point.group->first(), axis.path)));
  }
  return absl::StrCat(absl::StrJoin(where, ", "), ": ",
                      FormatValue(point.metric.value, point.metric.unit), ", 95 % interval ± ",
                      FormatValue(half, point.metric.unit));
}

Plot PlotOf(const ReportSweep& sweep, const std::vector<DonePoint>& points,
            const SweepAxis& horizontal) {
  const SweepAxis* other = nullptr;
  for (const SweepAxis& axis : sweep.axes) other = &axis == &horizontal ? other : &axis;
  const std::optional<Extreme> highest = ExtremeOf(sweep, true);
  const RowGroup* ringed = highest && highest->not_separable.empty() ? highest->point : nullptr;
  Plot plot;
  plot.title = absl::StrCat("row ", sweep.row, ": ", points[0].metric.name);
  plot.x_label = horizontal.path;
  plot.y_label = NameWithUnit(points[0].metric);
  const std::vector<std::string> lines =
      other == nullptr ? std::vector<std::string>{""} : ValuesOn(sweep, other->path);
  const double apart = std::min(kApart, kSpread / static_cast<double>(lines.size()));
  for (size_t i = 0; i < lines.size(); ++i) {
    PlotLine line;
    line.name = other == nullptr ? points[0].metric.name : absl::StrCat(other->name, " ", lines[i]);
    line.colour = SeriesColour(i);
    line.dashed = i / kNumColours % 2 == 1;
    line.shift_px = apart * (static_cast<double>(i) - 0.5 * static_cast<double>(lines.size() - 1));
    std::map<double, const DonePoint*> by_x;
    for (const DonePoint& point : points) {
      const ReportRow& row = point.group->first();
      if (other != nullptr && AxisValue(row, other->path) != lines[i]) continue;
      by_x[*NumberOf(AxisValue(row, horizontal.path))] = &point;
    }
    for (const auto& [x, point] : by_x) {
      const double y = point->metric.value, half = HalfOf(*point);
      line.x.push_back(x);
      line.y.push_back(y);
      plot.error_bars.push_back({x, y - half, y + half, line.colour, line.shift_px});
      plot.marks.push_back({x, y, line.colour, PointName(sweep, *point, half),
                            point->group == ringed, line.shift_px});
    }
    if (!line.x.empty()) plot.lines.push_back(std::move(line));
  }
  FitSweep(ValuesOn(sweep, horizontal.path), &plot);
  return plot;
}

std::string NoteOf(const ReportSweep& sweep, const Extreme& extreme) {
  const std::string name = BaseName(extreme.point->Done().front()->evaluation.metrics[0].name);
  std::string text =
      absl::StrCat("highest ", name, " of the ", extreme.compared, " points of row ", sweep.row,
                   ": ", extreme.point->id, " (", FormatValue(extreme.value, extreme.unit), "), ");
  if (extreme.not_separable.empty()) return absl::StrCat(text, "separable from all others");
  if (extreme.not_separable.size() + 1 == static_cast<size_t>(extreme.compared)) {
    return absl::StrCat(text, "not separable from any other");
  }
  return absl::StrCat(text, "not separable from ", NamedRows(extreme.not_separable));
}

}  // namespace

std::vector<SweepAxis> AxesOf(const Report& report) {
  std::vector<std::string> paths;
  for (const ReportRow& row : report.rows) {
    for (const auto& [path, value] : row.axes) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    }
  }
  return Named(paths);
}

std::string AxisValue(const ReportRow& row, const std::string& path) {
  for (const auto& [axis, value] : row.axes) {
    if (axis == path) return value;
  }
  return "";
}

std::string LabelWithoutAxes(const ReportRow& row) {
  std::string label = row.label;
  for (auto axis = row.axes.rbegin(); axis != row.axes.rend(); ++axis) {
    const std::string end = absl::StrCat(" = ", axis->second);
    if (!absl::EndsWith(label, end)) continue;
    const size_t begin = label.rfind(", ", label.size() - end.size());
    if (begin != std::string::npos) label.resize(begin);
  }
  return label;
}

std::vector<ReportSweep> SweepsOf(const Report& report) {
  std::vector<ReportSweep> sweeps;
  std::map<std::pair<std::string, std::vector<std::string>>, size_t> places;
  for (RowGroup& group : GroupsOf(report)) {
    std::vector<std::string> paths;
    for (const auto& [path, value] : group.first().axes) paths.push_back(path);
    if (paths.empty()) continue;
    const std::string row = SweptRow(group.id);
    const auto [place, is_new] = places.emplace(std::make_pair(row, paths), sweeps.size());
    if (is_new) sweeps.push_back({row, Named(paths), {}});
    sweeps[place->second].points.push_back(std::move(group));
  }
  return sweeps;
}

std::optional<Extreme> ExtremeOf(const ReportSweep& sweep, bool highest) {
  const std::vector<DonePoint> points = DonePoints(sweep);
  if (points.size() < 2) return std::nullopt;
  const auto below = [](const DonePoint& a, const DonePoint& b) {
    return a.metric.value < b.metric.value;
  };
  const auto [low, high] = std::minmax_element(points.begin(), points.end(), below);
  if (low->metric.value == high->metric.value) return std::nullopt;
  const DonePoint& chosen = highest ? *high : *low;
  Extreme extreme{chosen.group, chosen.metric.value, chosen.metric.unit, {}, 0};
  extreme.compared = static_cast<int>(points.size());
  const double pairs = 0.5 * extreme.compared * (extreme.compared - 1);
  for (const DonePoint& point : points) {
    if (&point == &chosen) continue;
    std::string why;
    const std::optional<PairedDifference> paired = CompareGroups(*chosen.group, *point.group, &why);
    const bool separable = paired && pairs * paired->p_value < kSweepLevel;  // not of a NaN
    if (!separable) extreme.not_separable.push_back(point.group->id);
  }
  return extreme;
}

std::vector<std::string> SweepNotes(const Report& report) {
  std::vector<std::string> notes;
  for (const ReportSweep& sweep : SweepsOf(report)) {
    if (const auto extreme = ExtremeOf(sweep, true)) notes.push_back(NoteOf(sweep, *extreme));
  }
  if (!notes.empty()) {
    notes.push_back(
        "separable: paired difference with p below 0.05 after Bonferroni over all pairs of points");
  }
  return notes;
}

std::vector<Plot> SweepPlots(const Report& report) {
  std::vector<Plot> plots;
  for (const ReportSweep& sweep : SweepsOf(report)) {
    if (sweep.axes.size() > 2) continue;
    const SweepAxis* horizontal = HorizontalAxis(sweep);
    const std::vector<DonePoint> points = DonePoints(sweep);
    if (horizontal == nullptr || points.size() < 2) continue;
    plots.push_back(PlotOf(sweep, points, *horizontal));
  }
  return plots;
}

}  // namespace facet
