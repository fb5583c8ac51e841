// What a run has found so far, as a report: rows with their stages, figures and what they change.
#ifndef FACET_CORE_APP_RUN_REPORT_H_
#define FACET_CORE_APP_RUN_REPORT_H_

#include <string>
#include <vector>

#include "core/config/experiment.h"
#include "core/graph/scheduler.h"
#include "core/graph/store.h"
#include "core/pipeline/row_plan.h"
#include "core/report/report.h"

namespace facet {

// The report of what is known so far. `rows` are those asked for; others are "not run".
Report MakeReport(const Experiment& experiment, const std::vector<const Row*>& rows,
                  const RowPlan& plan, const std::vector<StageOutcome>& outcomes,
                  const Store& store);

// CostSentence() of the stages of a run.
std::string CostText(const std::vector<StageOutcome>& outcomes);

}  // namespace facet

#endif  // FACET_CORE_APP_RUN_REPORT_H_
