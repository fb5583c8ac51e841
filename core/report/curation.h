// The stages of building a data set, as the reports show them: one for each curator among the rows.
#ifndef FACET_CORE_REPORT_CURATION_H_
#define FACET_CORE_REPORT_CURATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/report/report.h"

namespace facet {

struct CurationStage {
  const ReportCuration* curation = nullptr;
  std::vector<std::string> rows;  // that share the stage
  int before = -1;                // index of the stage that it goes on from; negative: none
  // Of CurationTable::columns; null where the curator does not say it.
  std::vector<const Metric*> common;
  std::vector<std::string> cells;  // the same as text, with what became of the images
  std::vector<const Metric*> own;  // the other metrics
};

struct CurationTable {
  std::vector<CurationStage> stages;  // a stage comes after the one that it goes on from
  // Heads of the cells: the figures that all curators have in common
  // (plugins/curators/stage/summary.h), as far as one of them has it.
  std::vector<std::string> columns;
  int change_column = -1;  // what became of the images; negative: no stage counts them
  bool has_truth = false;  // a stage has precision or recall
  std::vector<std::string> notes;
};
CurationTable MakeCurationTable(const Report& report);

const Metric* FindMetric(const ReportCuration& curation, const std::string& name);

// FormatMetric, but counted hours as a time.
std::string FormatStageFigure(const Metric& metric);

// "row 3", "rows 3, 4".
std::string RowNames(const CurationStage& stage);
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
