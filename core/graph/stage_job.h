// What a worker is given of a stage, and what is kept of its answer.
#ifndef FACET_CORE_GRAPH_STAGE_JOB_H_
#define FACET_CORE_GRAPH_STAGE_JOB_H_

#include <string>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/graph/artifact.h"
#include "core/graph/job.h"
#include "core/graph/key.h"
#include "core/graph/stage.h"
#include "core/graph/store.h"

namespace facet {

// With the folders that the worker writes to, which are made: below `work_folder`, the store's for
// the key's checkpoints, and the one that the stage keeps. Without inputs, code and locks.
absl::StatusOr<Job> MakeJob(const StageSpec& stage, const std::string& key,
                            const std::string& work_folder, Store& store);

// Whether it takes up a checkpoint. To be asked before it runs.
bool IsResumed(const Job& job);

// Without its files. provenance: of the host.
Artifact ArtifactOf(const StageSpec& stage, const StageKey& key, JobResult result, bool is_resumed,
                    const Json& provenance);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_STAGE_JOB_H_
