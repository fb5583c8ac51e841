#include "core/report/figures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/report/comparison.h"
#include "core/report/curation.h"
#include "core/report/text.h"

namespace facet {
namespace {

const Curve* RocOfRow(const ReportRow& row) {
  if (row.state != ReportRow::State::kDone) return nullptr;
  for (const Curve& curve : row.evaluation.curves) {
    if (BaseName(curve.name) == "ROC" && !curve.x.empty()) return &curve;
  }
  return nullptr;
}

// Where the curve crosses y = 1 - x; false if it does not.
bool EqualErrorPoint(const Curve& curve, double* x, double* y) {
  for (size_t i = 1; i < curve.x.size(); ++i) {
    const double before = curve.x[i - 1] + curve.y[i - 1] - 1.0;
    const double after = curve.x[i] + curve.y[i] - 1.0;
    if (before > 0.0 || after < 0.0) continue;
    const double share = after > before ? -before / (after - before) : 0.0;
    *x = curve.x[i - 1] + share * (curve.x[i] - curve.x[i - 1]);
    *y = curve.y[i - 1] + share * (curve.y[i] - curve.y[i - 1]);
    return true;
  }
  return false;
}

// The corner that holds every row's equal error rate in its inner 40 %, for close-ups of good rows.
double CornerOf(const std::vector<PlotMark>& marks) {
  double largest = marks.empty() ? 1.0 : 0.0;
  for (const PlotMark& mark : marks) largest = std::max(largest, mark.x);
  for (const double corner : {0.02, 0.05, 0.1, 0.2, 0.5}) {
    if (largest <= 0.4 * corner) return corner;
  }
  return 1.0;
}

// From 0 to `x_min` the line starts with what is reached there.
PlotLine OnLogAxis(const Curve& curve, double x_min) {
  PlotLine line;
  for (size_t i = 0; i < curve.x.size(); ++i) {
    if (curve.x[i] <= x_min) {
      line.x = {x_min};
      line.y = {curve.y[i]};
    } else {
      line.x.push_back(curve.x[i]);
      line.y.push_back(curve.y[i]);
    }
  }
  return line;
}

// `name`: of the series; `point`: whose equal error rate it is.
void AddRoc(const Curve& curve, const std::string& name, const std::string& point, size_t index,
            bool dashed, Plot* plot) {
  PlotLine line;
  if (plot->log_x) {
    line = OnLogAxis(curve, plot->x_min);
  } else {
    line.x = curve.x;
    line.y = curve.y;
  }
  line.name = name;
  line.colour = SeriesColour(index);
  line.dashed = dashed;
  double x = 0.0, y = 0.0;
  if (!plot->log_x && EqualErrorPoint(curve, &x, &y)) {
    plot->marks.push_back(
        {x, y, line.colour,
         absl::StrFormat("%s: the curve's equal error rate is %.2f %%", point, 100.0 * x)});
  }
  plot->lines.push_back(std::move(line));
}

double SmallestDecade(const Report& report) {
  double smallest = 0.1;
  const auto take = [&](const Curve& curve) {
    for (const double x : curve.x) {
      if (x > 0.0) smallest = std::min(smallest, x);
    }
  };
  for (const ReportRow& row : report.rows) {
    if (const Curve* curve = RocOfRow(row)) take(*curve);
    if (row.published_roc.has_value()) take(*row.published_roc);
  }
  return std::pow(10.0, std::max(-6.0, std::floor(std::log10(smallest) + 1e-9)));
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void FitAxes(Plot* plot) {
  double x_low = kInfinity, x_high = -kInfinity, y_low = kInfinity, y_high = -kInfinity;
  for (const PlotLine& line : plot->lines) {
    for (size_t i = 0; i < line.x.size(); ++i) {
      if (!std::isfinite(line.x[i]) || !std::isfinite(line.y[i])) continue;
      x_low = std::min(x_low, line.x[i]);
      x_high = std::max(x_high, line.x[i]);
      y_low = std::min(y_low, line.y[i]);
      y_high = std::max(y_high, line.y[i]);
    }
  }
  if (!(x_low <= x_high)) return;
  const double y_margin = y_high > y_low ? 0.06 * (y_high - y_low) : 0.5;
  plot->x_min = x_low;
  plot->x_max = x_high > x_low ? x_high : x_low + 1.0;
  plot->y_min = y_low >= 0.0 && y_low < 0.3 * y_high ? 0.0 : y_low - y_margin;
  plot->y_max = y_high + y_margin;
}

// The bins with a count and what lies between them.
struct Bins {
  std::vector<double> edges;
  std::vector<int64_t> counts;
  std::vector<std::string> names;
};

Bins ShownBins(const Histogram& histogram) {
  Bins bins;
  const auto counted = [](int64_t count) { return count > 0; };
  const std::vector<int64_t>& counts = histogram.counts;
  const auto first = std::find_if(counts.begin(), counts.end(), counted);
  if (first == counts.end() || histogram.edges.size() != counts.size() + 1) return bins;
  const auto end = std::find_if(counts.rbegin(), counts.rend(), counted).base();
  const auto offset = first - counts.begin();
  bins.counts.assign(first, end);
  bins.edges.assign(histogram.edges.begin() + offset,
                    histogram.edges.begin() + (end - counts.begin()) + 1);
  for (size_t i = 0; i < bins.counts.size(); ++i) {
    const std::string name = BinName(histogram, static_cast<size_t>(offset) + i);
    bins.names.push_back(absl::StrCat(name, ": ", FormatCount(bins.counts[i])));
  }
  return bins;
}

bool AreGrowing(const std::vector<double>& edges) {
  std::vector<double> widths;
  for (size_t i = 1; i < edges.size(); ++i) {
    if (edges[i] <= 0.0) return false;
    if (edges[i - 1] > 0.0 && std::isfinite(edges[i])) widths.push_back(edges[i] - edges[i - 1]);
  }
  return widths.size() > 2 && widths.back() >= 8.0 * widths.front();
}

// Numbers for edges that have no place on the axis: 0 on a logarithmic one, infinite ones.
void CloseEnds(bool log_x, std::vector<double>* edges) {
  const size_t last = edges->size() - 1;
  if (last == 1 && !std::isfinite(edges->front()) && !std::isfinite(edges->back())) {
    *edges = {0.0, 1.0};
    return;
  }
  double& low = edges->front();
  double& high = edges->back();
  if (log_x && low <= 0.0) low = (*edges)[1] / 2.0;
  if (!std::isfinite(low)) low = last > 1 ? 2.0 * (*edges)[1] - (*edges)[2] : high - 1.0;
  if (std::isfinite(high)) return;
  const double before = (*edges)[last - 1];
  const double wide = last > 1 ? (*edges)[last - 2] : before - 1.0;
  high = log_x ? before * before / wide : before + (before - wide);
}

// A series for each row; copies of a row share one.
std::vector<size_t> SeriesOf(const Report& report) {
  std::map<std::string, size_t> places;
  std::vector<size_t> series;
  for (const ReportRow& row : report.rows) {
    const std::string& id = row.repeats.empty() ? row.id : row.repeats;
    series.push_back(places.emplace(id, places.size()).first->second);
  }
  return series;
}

double HighestOf(const std::vector<PlotLine>& lines) {
  double highest = -kInfinity;
  for (const PlotLine& line : lines) {
    for (const double y : line.y) highest = std::isfinite(y) ? std::max(highest, y) : highest;
  }
  return highest;
}

}  // namespace

std::vector<Plot> CurationPlots(const ReportCuration& curation) {
  std::vector<Plot> plots;
  for (const Curve& curve : curation.curves) {
    if (curve.x.empty()) continue;
    auto plot = std::find_if(plots.begin(), plots.end(), [&](const Plot& each) {
      return each.x_label == curve.x_label && each.y_label == curve.y_label;
    });
    if (plot == plots.end()) {
      Plot made;
      made.title = curve.name;
      made.x_label = curve.x_label;
      made.y_label = curve.y_label;
      plot = plots.insert(plots.end(), made);
    } else if (BaseName(plot->title) == BaseName(curve.name)) {
      plot->title = BaseName(curve.name);
    } else {
      plot->title = absl::StrCat(curve.y_label, " over ", curve.x_label);
    }
    const size_t index = plot->lines.size();
    plot->lines.push_back(
        {curve.name, curve.x, curve.y, SeriesColour(index), index / kNumColours % 2 == 1});
  }
  for (Plot& plot : plots) {
    FitAxes(&plot);
    // Shares and percentages that come near the whole end there.
    for (const double whole : {1.0, 100.0}) {
      const double highest = HighestOf(plot.lines);
      if (highest <= whole && highest > 0.9 * whole) plot.y_max = whole;
    }
  }
  return plots;
}

Plot HistogramPlot(const Histogram& histogram) {
  constexpr int64_t kMuch = 200;
  Plot plot;
  plot.title = histogram.name;
  plot.x_label = histogram.x_label;
  plot.y_label = "count";
  Bins bins = ShownBins(histogram);
  if (bins.counts.empty()) return plot;
  plot.log_x = AreGrowing(bins.edges);
  CloseEnds(plot.log_x, &bins.edges);
  // Bars of whole numbers stand over their number, not between two.
  plot.whole_x = !plot.log_x && AreWholeNumbers(bins.edges);
  if (plot.whole_x) {
    for (double& edge : bins.edges) edge -= 0.5;
  }
  int64_t least = std::numeric_limits<int64_t>::max(), most = 0;
  for (size_t i = 0; i < bins.counts.size(); ++i) {
    const int64_t count = bins.counts[i];
    if (count > 0) least = std::min(least, count);
    most = std::max(most, count);
    plot.bars.push_back({bins.edges[i], bins.edges[i + 1], static_cast<double>(count),
                         SeriesColour(0), bins.names[i]});
  }
  plot.log_y = most / least >= kMuch;
  plot.x_min = bins.edges.front();
  plot.x_max = bins.edges.back() > plot.x_min ? bins.edges.back() : plot.x_min + 1.0;
  plot.y_min = plot.log_y ? 0.5 : 0.0;
  plot.y_max = plot.log_y ? 1.5 * static_cast<double>(most) : 1.06 * static_cast<double>(most);
  return plot;
}

std::string SeriesName(const ReportRow& row) {
  const std::string& id = row.repeats.empty() ? row.id : row.repeats;
  return row.label.empty() ? id : absl::StrCat(id, "  ", row.label);
}

Plot RocPlot(const Report& report, bool log_x) {
  Plot plot;
  plot.title = log_x ? "ROC, small false accept rates" : "ROC";
  plot.x_label = "false accept rate";
  plot.y_label = "true accept rate";
  plot.percent = plot.falling_diagonal = true;
  plot.log_x = log_x;
  if (log_x) plot.x_min = SmallestDecade(report);
  const std::vector<size_t> series = SeriesOf(report);
  std::set<size_t> published;
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const ReportRow& row = report.rows[i];
    if (const Curve* curve = RocOfRow(row)) {
      AddRoc(*curve, SeriesName(row), absl::StrCat("row ", row.id), series[i],
             series[i] / kNumColours % 2 == 1, &plot);
    }
    if (row.published_roc.has_value() && published.insert(series[i]).second) {
      const std::string name = SeriesName(row) + ", published";
      AddRoc(*row.published_roc, name, name, series[i], /*dashed=*/true, &plot);
    }
  }
  if (!log_x) {
    plot.x_max = CornerOf(plot.marks);
    plot.y_min = 1.0 - plot.x_max;
    if (plot.x_max < 1.0) plot.title = "ROC, upper left corner";
  }
  return plot;
}

std::vector<Plot> TrainingPlots(const Report& report) {
  std::vector<Plot> plots;
  const std::vector<size_t> series = SeriesOf(report);
  for (size_t i = 0; i < report.rows.size(); ++i) {
    const ReportRow& row = report.rows[i];
    for (const Curve& curve : row.training) {
      auto plot = std::find_if(plots.begin(), plots.end(),
                               [&](const Plot& each) { return each.y_label == curve.y_label; });
      if (plot == plots.end()) {
        Plot made;
        made.title = curve.name;
        made.x_label = curve.x_label;
        made.y_label = curve.y_label;
        made.counted_x = true;
        plot = plots.insert(plots.end(), made);
      }
      const bool other = curve.name != plot->title;
      plot->lines.push_back(
          {other ? absl::StrCat(SeriesName(row), ", ", curve.name) : SeriesName(row), curve.x,
           curve.y, SeriesColour(series[i]), other || series[i] / kNumColours % 2 == 1});
    }
  }
  for (Plot& plot : plots) FitAxes(&plot);
  return plots;
}

}  // namespace facet
