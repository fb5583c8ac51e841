// The stages of building a data set, as the reports show them: one for each curator among the rows.
#ifndef FACET_CORE_REPORT_CURATION_H_
#define FACET_CORE_REPORT_CURATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/report/grid.h"
#include "core/report/report.h"

namespace facet {

struct CurationStage {
  const ReportCuration* curation = nullptr;
  const ReportCuration* before = nullptr;  // of the stage that it goes on from; null: none
  std::vector<std::string> rows;           // that share the stage
};
// Those that the rows share, each after the one that it goes on from.
std::vector<CurationStage> CurationStages(const Report& report);

// A line for each stage: what all curators say (plugins/curators/stage/summary.h) as far as one of
// them does, and what became of the images.
Grid CurationGrid(const std::vector<CurationStage>& stages);
// The stage's other figures.
Grid OwnFigureGrid(const ReportCuration& curation);
// The bins with a count; for Markdown.
Grid HistogramGrid(const Histogram& histogram);

// FormatMetric, but counted hours as a time.
std::string FormatStageFigure(const Metric& metric);
// "1 image", "48 images".
std::string Images(int64_t count);
// `file` below `folder`, which may be empty.
std::string InFolder(const std::string& folder, const std::string& file);

// "2 to below 4", "8 and more"; "3" where whole numbers are counted one by one.
std::string BinName(const Histogram& histogram, size_t bin);
// Whether `edges` are those of whole numbers counted one by one (from 0 or more on).
bool AreWholeNumbers(const std::vector<double>& edges);

}  // namespace facet

#endif  // FACET_CORE_REPORT_CURATION_H_
