#include "core/graph/stored_stage.h"

#include <filesystem>
#include <system_error>

#include "core/base/status.h"

namespace facet {

bool IsForced(const StageSpec& stage, const std::set<std::string>& force) {
  return force.count(stage.type) > 0 || force.count(stage.name) > 0;
}

std::string KeptFolder(const StageSpec& stage, const std::string& key, const Store& store) {
  for (const ExternalInput& external : stage.externals) {
    if (external.kept && external.directory) return external.path;
  }
  return store.KeptFolder(key);
}

std::optional<Artifact> FindArtifact(const StageSpec& stage, const std::string& key,
                                     const Store& store, InputDigests& digests) {
  std::error_code error;
  if (stage.keeps_folder && !std::filesystem::is_directory(KeptFolder(stage, key, store), error)) {
    return std::nullopt;
  }
  return store.Find(key, &digests);
}

absl::StatusOr<std::map<std::string, std::string>> ExternalDigests(const StageSpec& stage,
                                                                   InputDigests& digests) {
  std::map<std::string, std::string> externals;
  for (const ExternalInput& external : stage.externals) {
    FACET_ASSIGN_OR_RETURN(externals[external.option], digests.Digest(external));
  }
  return externals;
}

}  // namespace facet
