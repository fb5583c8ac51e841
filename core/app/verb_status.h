// `facet status`: how far runs are, while they are going or after their end.
//
// --json: {"schema": 1, "runs": [{"run", "folder", "state" ("going", "ended", "cut off",
// "elsewhere", "unknown"), "stopping", "exit_code", "since", "last_event", "host" (host.json),
// "counts" (stages by state), "stages": [{"stage", "rows", "state", "since", "seconds", "key",
// "log", "message", "progress" (progress_file.h)}], "rows": [{"row", "state", "stage" (which of
// `stages` it waits for, or failed at)}]}]}; what is not known is null.
#ifndef FACET_CORE_APP_VERB_STATUS_H_
#define FACET_CORE_APP_VERB_STATUS_H_

#include <string>

#include "absl/time/time.h"
#include "core/app/command_line.h"
#include "core/app/run_state.h"
#include "core/app/verb.h"
#include "core/base/json.h"

namespace facet {

void AddStatusVerb(Command program, VerbContext& context);

// "going for 3 min 05 s, process 4711 on node7", "ended without a word 2 h 10 min ago (killed?)".
std::string DescribeLife(const RunStatus& run, absl::Time now);
// The run as a paragraph and a table of its rows; with `all_rows` also those that wait or are done
// of a run with many.
std::string RenderStatus(const RunStatus& run, absl::Time now, bool all_rows, bool colour);
Json ToJson(const RunStatus& run);

}  // namespace facet

#endif  // FACET_CORE_APP_VERB_STATUS_H_
