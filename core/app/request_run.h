// Runs stages for a verb that wants something of them and leaves no record of a run.
#ifndef FACET_CORE_APP_REQUEST_RUN_H_
#define FACET_CORE_APP_REQUEST_RUN_H_

#include <string>
#include <vector>

#include "core/app/planned_experiment.h"
#include "core/graph/scheduler.h"
#include "core/graph/stage.h"

namespace facet {

// The outcome of every stage of the graph, those of `planned`'s rows. Logs go to the folder `name`
// of the store. The first signal stops it after a checkpoint.
std::vector<StageOutcome> RunRequest(const StageGraph& graph, const PlannedExperiment& planned,
                                     const std::string& name, VerbContext& context);

}  // namespace facet

#endif  // FACET_CORE_APP_REQUEST_RUN_H_
