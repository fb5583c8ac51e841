// Rows that [sweep] makes: their axes as columns, the figure over them, and what can be said of the
// highest and the lowest point.
#ifndef FACET_CORE_REPORT_SWEEP_H_
#define FACET_CORE_REPORT_SWEEP_H_

#include <optional>
#include <string>
#include <vector>

#include "core/report/groups.h"
#include "core/report/plot.h"
#include "core/report/report.h"

namespace facet {

struct SweepAxis {
  std::string path;
  std::string name;  // as much of the path's end as tells it from the other axes: "margin"
};
// Those of all rows, in the order in which rows have them.
std::vector<SweepAxis> AxesOf(const Report& report);
// The value of that axis; empty: the row is not on it.
std::string AxisValue(const ReportRow& row, const std::string& path);

// The row's label without the axes and values at its end, "A" of "A, margin = 0.3": they have columns.
std::string LabelWithoutAxes(const ReportRow& row);

// The points that one row became.
struct ReportSweep {
  std::string row;  // "4" of "4,margin=0.3"
  std::vector<SweepAxis> axes;
  std::vector<RowGroup> points;
};
std::vector<ReportSweep> SweepsOf(const Report& report);

// The point with the highest or the lowest headline. It was chosen for that, so any two of the K
// points might have been compared: each of its paired p values against another point is multiplied
// by K (K - 1) / 2 (Bonferroni), and those that stay at 0.05 or above are not separable.
struct Extreme {
  const RowGroup* point = nullptr;
  double value = 0.0;
  std::string unit;
  std::vector<std::string> not_separable;  // ids; also of points that cannot be compared
  int compared = 0;                        // K
};
// None with fewer than two points that are done, or where they are equal.
std::optional<Extreme> ExtremeOf(const ReportSweep& sweep, bool highest);
// "highest 100%-EER of the 5 points of row 4: 4,margin=0.3 (91.20), not separable from ...", one for
// each sweep, and what that means; empty where nothing is known.
std::vector<std::string> SweepNotes(const Report& report);

// The headline over an axis of numbers, a line for each value of a second axis, with 95 % intervals;
// the highest point has a ring where it is separable from all others. Nothing for sweeps of other
// axes or with fewer than two points done.
std::vector<Plot> SweepPlots(const Report& report);

}  // namespace facet

#endif  // FACET_CORE_REPORT_SWEEP_H_
