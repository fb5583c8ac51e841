// What `run` and `plan` begin with: the experiment's stages, the store, and what enters their keys.
#ifndef FACET_CORE_APP_PLANNED_EXPERIMENT_H_
#define FACET_CORE_APP_PLANNED_EXPERIMENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/app/verb.h"
#include "core/config/experiment.h"
#include "core/graph/key.h"
#include "core/graph/store.h"
#include "core/pipeline/machine.h"
#include "core/pipeline/row_plan.h"

namespace facet {

struct PlannedExperiment {
  Experiment experiment;
  std::vector<const Row*> rows;  // those asked for
  Machine machine;
  RowPlan plan;
  KeyEnvironment environment;
  std::unique_ptr<Store> store;
};

// Null after a failure, which has been told on stderr; *exit_code says which.
std::unique_ptr<PlannedExperiment> PlanForVerb(const ExperimentArguments& arguments,
                                               const std::vector<std::string>& row_ids,
                                               VerbContext& context, int* exit_code);

// The same of one row, for verbs that look into a row: of several that `row_id` stands for, one must
// be named.
std::unique_ptr<PlannedExperiment> PlanRowForVerb(const ExperimentArguments& arguments,
                                                  const std::string& row_id, VerbContext& context,
                                                  int* exit_code);

// InvalidArgument if one of `names` (--force) is neither the type nor the name of a stage of the
// graph; with the nearest, or all.
absl::Status CheckStageNames(const std::vector<std::string>& names, const StageGraph& graph);

}  // namespace facet

#endif  // FACET_CORE_APP_PLANNED_EXPERIMENT_H_
