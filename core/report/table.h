// The result table on a terminal, and below it what changed between each row and its parent,
// and what the parts are worth that an ablation changes.
//
//   row  label                    100%-EER, pooled   paper   difference  verdict
//   1    A, curated               91.80 ± 0.42 %     92.83 %     -1.03   differs
#ifndef FACET_CORE_REPORT_TABLE_H_
#define FACET_CORE_REPORT_TABLE_H_

#include <string>

#include "core/report/grid.h"
#include "core/report/report.h"

namespace facet {

// Ends in a newline. Columns are aligned by display width.
std::string RenderTable(const Report& report, const TableStyle& style);

}  // namespace facet

#endif  // FACET_CORE_REPORT_TABLE_H_
