// The tables of a report, each made once for all its forms.
#ifndef FACET_CORE_REPORT_GRIDS_H_
#define FACET_CORE_REPORT_GRIDS_H_

#include "core/report/grid.h"
#include "core/report/report.h"

namespace facet {

// A line for each row: its result, the figures that the experiment wants beside it, the reference.
Grid ResultGrid(const Report& report);
// A line for each row with a parent: what changed and what that did, but not for those of
// EffectGrid. It may be empty, as all below.
Grid ChangeGrid(const Report& report);
// A line for each part that [ablate] changes, by the size of its effect (effects.h).
Grid EffectGrid(const Report& report);
// Every figure of every row that is done.
Grid FigureGrid(const Report& report);
// The stages that the rows share, with what they cost.
Grid StageGrid(const Report& report);

// "train.data.snapshot full → curated; ...", all of it; "nothing".
std::string ChangesText(const ReportRow& row);
// "91.80 ± 0.42", in HTML with the value set off.
GridCell FigureCell(const Metric& metric);

}  // namespace facet

#endif  // FACET_CORE_REPORT_GRIDS_H_
