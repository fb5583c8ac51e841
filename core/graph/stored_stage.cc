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

std::map<std::string, std::string> FilesOf(const Artifact& artifact, const Store& store) {
  std::map<std::string, std::string> files;
  for (const ArtifactFile& file : artifact.files) files[file.name] = store.BlobPath(file.digest);
  return files;
}

absl::StatusOr<std::map<std::string, std::string>> ExternalDigests(
    const StageSpec& stage, const std::map<std::string, const Artifact*>& inputs,
    const Store& store, InputDigests& digests) {
  std::map<std::string, std::string> externals;
  for (const ExternalInput& external : stage.externals) {
    std::string& digest = externals[external.option];
    if (external.list == nullptr) {
      FACET_ASSIGN_OR_RETURN(digest, digests.Digest(external));
    } else if (const auto lists = inputs.find(external.port); lists != inputs.end()) {
      FACET_ASSIGN_OR_RETURN(digest,
                             digests.DigestOfListed(external, FilesOf(*lists->second, store),
                                                    lists->second->ContentDigest()));
    } else {
      digest = "pending";
    }
  }
  return externals;
}

}  // namespace facet
