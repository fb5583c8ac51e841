// The rows that [ablate], [sweep] and --axis make of a file's.
#ifndef FACET_CORE_CONFIG_MADE_ROWS_H_
#define FACET_CORE_CONFIG_MADE_ROWS_H_

#include <string>
#include <vector>

#include "core/config/document.h"
#include "core/config/experiment.h"
#include "core/config/layout.h"
#include "core/config/overrides.h"
#include "core/config/row_tree.h"
#include "core/config/source.h"

namespace facet {

// In the file's order: the rows of an ablation follow the row that they change, points stand in
// place of the row that is swept. Problems: those of ReadAblations() and ReadSweeps(), E0503 (two rows of
// one id), E0513 (more than kMaxRows), E0515 (a row that is left out).
std::vector<RowTree> MakeRows(const Document& document, const std::vector<ParsedAxis>& axes,
                              const ExperimentLayout& layout, std::vector<RowTree> rows,
                              Problems* problems);

// Points that name swept rows (train.start_from = "2") name the point with the same values:
// "2,batch=32". E0516: there is none.
void LinkPoints(const ExperimentLayout& layout, std::vector<RowTree>* rows, Problems* problems);

// E0514, E0512 for rows that come to the same as the one that they are compared with, or as another
// point; ablations that were found by comparing rows are left out instead. Only of rows that are
// otherwise fine.
void CheckMadeRows(const std::vector<RowTree>& trees, std::vector<Row>* rows, Problems* problems);

}  // namespace facet

#endif  // FACET_CORE_CONFIG_MADE_ROWS_H_
