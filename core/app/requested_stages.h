// What verbs share that look into a row's stages, or ask for one more than its result needs:
// preview, weights, export, describe.
#ifndef FACET_CORE_APP_REQUESTED_STAGES_H_
#define FACET_CORE_APP_REQUESTED_STAGES_H_

#include <set>
#include <string>
#include <vector>

#include "core/app/planned_experiment.h"
#include "core/graph/run_plan.h"
#include "core/graph/scheduler.h"

namespace facet {

// What the store has of each stage of a graph.
std::vector<PlannedStage> LookUp(const StageGraph& graph, const PlannedExperiment& planned);

// Computes what is missing of a graph, with progress as `run` shows it and without a record of the
// run; types of stages in `force` also where they are stored. Logs go to <store>/<log_name>. The
// first signal stops it after a checkpoint.
std::vector<StageOutcome> Compute(const StageGraph& graph, const PlannedExperiment& planned,
                                  const std::string& log_name, VerbContext& context,
                                  const std::set<std::string>& force = {});

// The exit code where the graph's last stage has no artifact; which stage is at fault is told.
int TellFailure(const StageGraph& graph, const std::vector<StageOutcome>& outcomes,
                const VerbContext& context);

// "facet run FILE ROW": the command line that computes the row as the verb was asked to see it.
std::string RunLine(const ExperimentArguments& arguments, const std::string& row,
                    const VerbContext& context);

// The path in the store of a file of an artifact. Internal: it has none of that name.
absl::StatusOr<std::string> StoredFile(const Store& store, const Artifact& artifact,
                                       const std::string& file);

// Copies a file of an artifact to `path`, whose folder is made, in one step and in pieces: a
// network may have gigabytes. Cancelled: a signal says so (NoteFirstSignal()); there is no half of
// a file.
absl::Status CopyOut(const Store& store, const Artifact& artifact, const std::string& file,
                     const std::string& path);

}  // namespace facet

#endif  // FACET_CORE_APP_REQUESTED_STAGES_H_
