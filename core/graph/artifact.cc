#include "core/graph/artifact.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/hash.h"
#include "core/graph/whole_numbers.h"

namespace facet {

std::string Artifact::ContentDigest() const {
  Json content = Json::array();
  for (const ArtifactFile& file : files) content.push_back({file.name, file.digest});
  return Sha256Hex(Dump(content));
}

const ArtifactFile* Artifact::Find(const std::string& file) const {
  for (const ArtifactFile& candidate : files) {
    if (candidate.name == file) return &candidate;
  }
  return nullptr;
}

Json ToJson(const Artifact& artifact) {
  Json files = Json::array();
  for (const ArtifactFile& file : artifact.files) {
    files.push_back({{"name", file.name}, {"digest", file.digest}, {"size", file.size}});
  }
  return {{"schema", 1},
          {"key", artifact.key},
          {"type", artifact.type},
          {"name", artifact.name},
          {"files", std::move(files)},
          {"key_document", artifact.key_document},
          {"counts", artifact.counts},
          {"notices", artifact.notices},
          {"provenance", artifact.provenance}};
}

absl::StatusOr<Artifact> ArtifactFromJson(const Json& json) {
  try {
    Artifact artifact;
    artifact.key = json.at("key");
    artifact.type = json.at("type");
    artifact.name = json.at("name");
    for (const Json& file : json.at("files")) {
      artifact.files.push_back({file.at("name"), file.at("digest"), WholeNumber(file.at("size"))});
      if (!IsSha256Hex(artifact.files.back().digest)) {
        return absl::DataLossError("malformed artifact: a digest is not 64 hexadecimal digits");
      }
    }
    artifact.key_document = json.at("key_document");
    artifact.counts = WholeNumbers(json.at("counts"));
    artifact.notices = json.at("notices").get<std::vector<std::string>>();
    artifact.provenance = json.at("provenance");
    // What others look up without asking what it is.
    (void)artifact.key_document.value("inputs", Json::object())
        .get<std::map<std::string, std::string>>();
    for (const char* const number : {"seconds", "cpu_seconds", "peak_rss_mib"}) {
      (void)artifact.provenance.value(number, 0.0);
    }
    for (const char* const text : {"cpu", "finished"}) (void)artifact.provenance.value(text, "");
    (void)artifact.provenance.value("resumed", false);
    return artifact;
  } catch (const Json::exception& exception) {
    return absl::DataLossError(absl::StrCat("malformed artifact: ", exception.what()));
  }
}

std::string SealedArtifact(const Artifact& artifact) {
  Json json = ToJson(artifact);
  json["checksum"] = Sha256Hex(Dump(json));
  return DumpPretty(json);
}

absl::StatusOr<Artifact> UnsealArtifact(Json sealed) {
  if (!sealed.is_object() || !sealed.contains("checksum")) {
    return absl::DataLossError("the artifact has no checksum");
  }
  const Json checksum = sealed["checksum"];
  sealed.erase("checksum");
  if (checksum != Sha256Hex(Dump(sealed))) {
    return absl::DataLossError("the artifact differs from its checksum");
  }
  return ArtifactFromJson(sealed);
}

}  // namespace facet
