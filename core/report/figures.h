// The report's figures, from its rows.
#ifndef FACET_CORE_REPORT_FIGURES_H_
#define FACET_CORE_REPORT_FIGURES_H_

#include <string>
#include <vector>

#include "core/report/plot.h"
#include "core/report/report.h"

namespace facet {

// The first ROC curve of every row that has one, on linear axes with the line of equal error rates
// and each row's point on it (only the upper left corner where all points lie well inside it), or
// over the logarithm of the false accept rate. No lines: no row has one.
Plot RocPlot(const Report& report, bool log_x);

// One plot for each label of a y axis among the rows' training curves.
std::vector<Plot> TrainingPlots(const Report& report);

// One plot for each pair of axes among a curator's curves.
std::vector<Plot> CurationPlots(const ReportCuration& curation);
// The bins as bars: over the logarithm where they widen, up to its logarithm where counts differ by
// much. No bars: nothing was counted.
Plot HistogramPlot(const Histogram& histogram);

// "4  B, full, test aligned"; copies of a row have one name.
std::string SeriesName(const ReportRow& row);

}  // namespace facet

#endif  // FACET_CORE_REPORT_FIGURES_H_
