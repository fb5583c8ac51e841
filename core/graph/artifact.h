// What is known of the result of a stage, and its text in the store.
#ifndef FACET_CORE_GRAPH_ARTIFACT_H_
#define FACET_CORE_GRAPH_ARTIFACT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace facet {

struct ArtifactFile {
  std::string name;  // relative, '/' between folders: "crops.mdb"
  std::string digest;
  int64_t size = 0;
};

// What is known of a committed artifact.
struct Artifact {
  std::string key, type, name;      // name: of the stage that made it first
  std::vector<ArtifactFile> files;  // sorted by name
  Json key_document;
  std::map<std::string, int64_t> counts;
  std::vector<std::string> notices;
  Json provenance = Json::object();  // host build, releases, CPU, threads, seconds, peak RSS, time

  // Digest of names and contents of all files: what enters the keys of later stages.
  std::string ContentDigest() const;
  const ArtifactFile* Find(const std::string& file) const;
};
Json ToJson(const Artifact& artifact);
absl::StatusOr<Artifact> ArtifactFromJson(const Json& json);

// The text of artifact.json, with a checksum of everything else in it; DataLoss if it does not hold.
std::string SealedArtifact(const Artifact& artifact);
absl::StatusOr<Artifact> UnsealArtifact(Json sealed);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_ARTIFACT_H_
