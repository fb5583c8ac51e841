// `facet logs`: what the worker of a stage printed, also while it runs.
#ifndef FACET_CORE_APP_VERB_LOGS_H_
#define FACET_CORE_APP_VERB_LOGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/app/command_line.h"
#include "core/app/run_state.h"
#include "core/app/verb.h"

namespace facet {

void AddLogsVerb(Command program, VerbContext& context);

// The index of the stage that "ROW/STAGE" means: of two of that name the one that has a log, or
// runs. NotFound says which rows or stages there are.
absl::StatusOr<int> FindStage(const RunStatus& run, const std::string& place);

// The log of a stage of this run; of a cached one that of the run that computed it, if it is there
// still. NotFound says why there is none.
struct FoundLog {
  std::string path;
  std::string run;  // name of the run that it is of, where that is another
};
absl::StatusOr<FoundLog> FindLog(const RunStatus& run, const StageStatus& stage,
                                 const std::string& store);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_LOGS_H_
