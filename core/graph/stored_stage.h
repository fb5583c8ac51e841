// What the store and the disk have of a stage: its inputs outside the store, its artifact, the folder
// that it keeps. Running a graph (scheduler.h) and planning one (run_plan.h) look there alike.
#ifndef FACET_CORE_GRAPH_STORED_STAGE_H_
#define FACET_CORE_GRAPH_STORED_STAGE_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "core/graph/input_digests.h"
#include "core/graph/stage.h"
#include "core/graph/store.h"

namespace facet {

// Whether its type or name is among those to compute although they are cached.
bool IsForced(const StageSpec& stage, const std::set<std::string>& force);

// The files of an artifact: name -> path in the store.
std::map<std::string, std::string> FilesOf(const Artifact& artifact, const Store& store);

// The inputs of a stage outside the store, by option; inputs: by port, those that are known. What
// an unknown one lists is "pending". NotFound names what is missing.
absl::StatusOr<std::map<std::string, std::string>> ExternalDigests(
    const StageSpec& stage, const std::map<std::string, const Artifact*>& inputs,
    const Store& store, InputDigests& digests);

// The folder that a stage keeps: the one that the user named, or the store's.
std::string KeptFolder(const StageSpec& stage, const std::string& key, const Store& store);

// The artifact of a key, if it counts: whole, and with the folder that its stage keeps.
std::optional<Artifact> FindArtifact(const StageSpec& stage, const std::string& key,
                                     const Store& store, InputDigests& digests);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_STORED_STAGE_H_
