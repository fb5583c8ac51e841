// What stages remark on a row's settings (core/pipeline/row_plan.h), as warnings at their places.
#ifndef FACET_CORE_APP_REMARKS_H_
#define FACET_CORE_APP_REMARKS_H_

#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/experiment.h"
#include "core/pipeline/row_plan.h"

namespace facet {

// E0510. One of several rows stands at the first one's place and names them all.
std::vector<Diagnostic> RemarkWarnings(const Experiment& experiment, const RowPlan& plan);

}  // namespace facet

#endif  // FACET_CORE_APP_REMARKS_H_
