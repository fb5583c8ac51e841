// Where results come from: what computed them, of which code, on what. Kept beside every result and
// never part of a key. Paths of inputs are in the command alone.
//
//   of an artifact    {"version", "host", "interface", "fingerprint", "cpu", "machine", "system",
//                      "cores", "libraries", "git"}
//   of a run          the same, "command", "environment", "rows" ("seed" and "threads" of each),
//                     "threads", "devices", "precisions", "plugins", "stage_code", "schema"
//
// "git" is of the experiment's folder: {"commit", "dirty", "changed"}; null where there is none.
#ifndef FACET_CORE_APP_PROVENANCE_H_
#define FACET_CORE_APP_PROVENANCE_H_

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "core/app/planned_experiment.h"
#include "core/base/json.h"

namespace facet {

// The commit of the folder that holds `path`, and whether files differ from it that git follows, or
// git does not follow `path` itself; `changed` names some of them. Null where that is not known: no
// git, no repository, one of another user, one so large that git takes longer than two seconds.
Json GitState(const std::string& path);
// The same while the caller goes on.
std::future<Json> StartGitState(const std::string& path);

Json ArtifactProvenance(const PlannedExperiment& planned);
// With what GitState() said.
Json ArtifactProvenance(const PlannedExperiment& planned, Json git);
// `of_artifacts`: ArtifactProvenance(); `command`: the whole line.
Json RunProvenance(const PlannedExperiment& planned, const Json& of_artifacts,
                   const std::string& command);
// A row's part of a run's, for its metrics.json: without plugins, code, rows and environment.
Json RowProvenance(const Json& of_run, const std::string& row);
// What the report shows of a run's, in its order.
std::vector<std::pair<std::string, std::string>> ShownProvenance(const Json& of_run);

}  // namespace facet

#endif  // FACET_CORE_APP_PROVENANCE_H_
