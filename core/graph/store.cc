#include "core/graph/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/status.h"
#include "core/graph/whole_numbers.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

std::string HostName() {
  char name[HOST_NAME_MAX + 1] = "";
  return ::gethostname(name, sizeof(name)) == 0 ? name : "unknown";
}

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make the folder ", folder));
}

// Makes `folder` below an existing one so that the new entry survives a crash.
absl::Status MakeFolderDurably(const std::string& folder) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return absl::OkStatus();
  FACET_RETURN_IF_ERROR(MakeFolder(folder));
  const fs::path parent = fs::path(folder).parent_path();
  FACET_RETURN_IF_ERROR(Sync(parent.string()));
  return Sync(parent.parent_path().string());
}

bool HasSize(const std::string& path, int64_t size) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size == size;
}

// The artifact's text holds a checksum of everything else in it.
std::string Seal(Json json) {
  json["checksum"] = Sha256Hex(Dump(json));
  return DumpPretty(json);
}

absl::StatusOr<Json> Unseal(Json json) {
  if (!json.is_object() || !json.contains("checksum")) {
    return absl::DataLossError("the artifact has no checksum");
  }
  const Json checksum = json["checksum"];
  json.erase("checksum");
  if (checksum != Sha256Hex(Dump(json))) {
    return absl::DataLossError("the artifact differs from its checksum");
  }
  return json;
}

// Relative names of all regular files, sorted.
absl::StatusOr<std::vector<std::string>> OutputFiles(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    if (it->is_symlink() || !(it->is_regular_file() || it->is_directory())) {
      return absl::InternalError(
          absl::StrCat(it->path().string(), ": a stage's output must be plain files"));
    }
    if (it->is_regular_file()) names.push_back(fs::relative(it->path(), folder).generic_string());
  }
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", folder));
  std::sort(names.begin(), names.end());
  return names;
}

// Whether it says nothing of the file itself.
bool IsNoVerdict(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsPermissionDenied(status);
}

// Paths of what a folder holds; one that is not there holds nothing.
std::vector<std::string> FoldersIn(const std::string& folder,
                                   std::vector<std::string>* unreadable) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    unreadable->push_back(absl::StrCat("cannot list ", folder, ": ", error.message()));
  }
  return paths;
}

}  // namespace

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
      artifact.files.push_back({file.at("name"), file.at("digest"), WholeFrom(file.at("size"))});
      if (!IsSha256Hex(artifact.files.back().digest)) {
        return absl::DataLossError("malformed artifact: a digest is not 64 hexadecimal digits");
      }
    }
    artifact.key_document = json.at("key_document");
    artifact.counts = WholesFrom(json.at("counts"));
    artifact.notices = json.at("notices").get<std::vector<std::string>>();
    artifact.provenance = json.at("provenance");
    // What others look up without asking what it is.
    (void)artifact.key_document.value("inputs", Json::object())
        .get<std::map<std::string, std::string>>();
    for (const char* const number : {"seconds", "peak_rss_mib"}) {
      (void)artifact.provenance.value(number, 0.0);
    }
    (void)artifact.provenance.value("cpu", "");
    return artifact;
  } catch (const Json::exception& exception) {
    return absl::DataLossError(absl::StrCat("malformed artifact: ", exception.what()));
  }
}

KeyLock::~KeyLock() { ::close(file_); }

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& folder) {
  std::error_code error;
  const std::string absolute = fs::absolute(folder, error).lexically_normal().string();
  std::unique_ptr<Store> store(new Store(absolute));
  for (const char* part : {"ac", "cas", "tmp", "checkpoints", "locks"}) {
    FACET_RETURN_IF_ERROR(MakeFolder(absl::StrCat(store->Root(), "/", part)));
  }
  return store;
}

std::string Store::index_path() const { return Root() + "/index.sqlite"; }

std::string Store::EntryFolder(const std::string& key) const {
  return absl::StrCat(Root(), "/ac/", key.substr(0, 2), "/", key);
}

std::string Store::BlobPath(const std::string& digest) const {
  return absl::StrCat(Root(), "/cas/", digest.substr(0, 2), "/", digest);
}

absl::StatusOr<Artifact> Store::ReadEntry(const std::string& key) const {
  FACET_ASSIGN_OR_RETURN(Json sealed, ReadJsonFile(EntryFolder(key) + "/artifact.json"));
  FACET_ASSIGN_OR_RETURN(const Json json, Unseal(std::move(sealed)));
  FACET_ASSIGN_OR_RETURN(Artifact artifact, ArtifactFromJson(json));
  if (artifact.key != key) return absl::DataLossError("the artifact is of another key");
  for (const ArtifactFile& file : artifact.files) {
    if (!HasSize(BlobPath(file.digest), file.size)) {
      return absl::DataLossError(absl::StrCat("the blob of ", file.name, " is missing or cut"));
    }
  }
  return artifact;
}

std::optional<Artifact> Store::Find(const std::string& key, InputDigests* digests) const {
  std::error_code ignored;
  if (!fs::exists(EntryFolder(key), ignored)) return std::nullopt;
  absl::StatusOr<Artifact> artifact = ReadEntry(key);
  absl::Status status = artifact.status();
  for (size_t i = 0; status.ok() && digests != nullptr && i < artifact->files.size(); ++i) {
    const ArtifactFile& file = artifact->files[i];
    const absl::StatusOr<std::string> found = digests->Digest({file.name, BlobPath(file.digest)});
    if (!found.ok()) return std::nullopt;  // cannot be read now: no reason to throw it away
    if (*found == file.digest) continue;
    status = absl::DataLossError(absl::StrCat("the blob of ", file.name, " is damaged"));
  }
  if (status.ok()) return *std::move(artifact);
  // A folder without an artifact is a commit that is under way, or was cut short: no entry yet.
  if (!absl::IsNotFound(status)) Quarantine(key, std::string(status.message()));
  return std::nullopt;
}

Store::Verified Store::Verify(const std::function<void(int64_t, int64_t)>& progress) {
  Verified verified;
  struct Use {
    std::string key, file;
  };
  std::map<std::string, std::vector<Use>> uses;  // by the blob's digest
  for (const std::string& group : FoldersIn(Root() + "/ac", &verified.unreadable)) {
    for (const std::string& entry : FoldersIn(group, &verified.unreadable)) {
      const std::string key = fs::path(entry).filename().string();
      const absl::StatusOr<Artifact> artifact = ReadEntry(key);
      if (absl::IsNotFound(artifact.status())) continue;
      if (IsNoVerdict(artifact.status())) {
        verified.unreadable.push_back(std::string(artifact.status().message()));
      } else if (!artifact.ok()) {
        verified.damaged.push_back(absl::StrCat("entry ", key, ": ", artifact.status().message()));
        Quarantine(key, std::string(artifact.status().message()));
      } else {
        for (const ArtifactFile& file : artifact->files) {
          uses[file.digest].push_back({key, absl::StrCat(file.name, " of ", artifact->name)});
        }
      }
    }
  }
  int64_t done = 0;
  for (const auto& [digest, users] : uses) {
    progress(done++, static_cast<int64_t>(uses.size()));
    const absl::StatusOr<std::string> found = Sha256File(BlobPath(digest));
    if (found.ok() && *found == digest) continue;
    if (IsNoVerdict(found.status())) {
      verified.unreadable.push_back(std::string(found.status().message()));
      continue;
    }
    for (const auto& [key, file] : users) {
      const std::string reason = absl::StrCat(
          file, ": ",
          found.ok() ? "its content is not what was written" : found.status().message());
      verified.damaged.push_back(absl::StrCat("entry ", key, ": ", reason));
      Quarantine(key, reason);
    }
    SetAside(BlobPath(digest), digest);
  }
  progress(done, done);
  return verified;
}

std::string Store::SetAside(const std::string& path, const std::string& name) const {
  static std::atomic<int> count{0};
  const std::string folder = absl::StrCat(Root(), "/quarantine");
  const std::string moved = absl::StrCat(folder, "/", name, ".", ::getpid(), ".", count++);
  std::error_code error;
  fs::create_directories(folder, error);
  fs::rename(path, moved, error);
  return error ? "" : moved;
}

void Store::Quarantine(const std::string& key, const std::string& reason) const {
  const std::string moved = SetAside(EntryFolder(key), key);
  if (!moved.empty()) (void)WriteFileAtomically(moved + "/reason.txt", reason + "\n");
}

std::vector<Artifact> Store::List(const std::string& type) const {
  std::vector<Artifact> artifacts;
  std::error_code error;
  for (const auto& group : fs::directory_iterator(Root() + "/ac", error)) {
    for (const auto& entry : fs::directory_iterator(group.path(), error)) {
      absl::StatusOr<Artifact> artifact = ReadEntry(entry.path().filename().string());
      if (!artifact.ok()) continue;
      if (type.empty() || artifact->type == type) artifacts.push_back(*std::move(artifact));
    }
  }
  std::sort(artifacts.begin(), artifacts.end(),
            [](const Artifact& a, const Artifact& b) { return a.key < b.key; });
  return artifacts;
}

absl::StatusOr<std::unique_ptr<KeyLock>> Store::TryLock(const std::string& key,
                                                        std::string* holder) {
  const std::string path = absl::StrCat(Root(), "/locks/", key, ".lock");
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  auto lock = std::make_unique<KeyLock>(file);
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return absl::ErrnoToStatus(errno, absl::StrCat("cannot lock ", path));
    char text[256] = "";
    const ssize_t size = ::pread(file, text, sizeof(text) - 1, 0);
    *holder = size > 0 ? std::string(text, static_cast<size_t>(size)) : "another process";
    return std::unique_ptr<KeyLock>();
  }
  const std::string self = absl::StrCat("process ", ::getpid(), " on ", HostName());
  if (::ftruncate(file, 0) != 0 ||
      ::pwrite(file, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
  }
  return lock;
}

absl::StatusOr<std::string> Store::MakeWorkFolder(const std::string& key) {
  static std::atomic<int> count{0};
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(Root() + "/tmp", error)) {
    if (entry.path().filename().string().rfind(key, 0) == 0) RemoveFolder(entry.path().string());
  }
  const std::string folder =
      absl::StrCat(Root(), "/tmp/", key, ".", HostName(), ".", ::getpid(), ".", count++);
  FACET_RETURN_IF_ERROR(MakeFolder(folder));
  return folder;
}

absl::StatusOr<std::string> Store::CheckpointFolder(const std::string& key) {
  const std::string folder = absl::StrCat(Root(), "/checkpoints/", key);
  FACET_RETURN_IF_ERROR(MakeFolder(folder));
  return folder;
}

absl::StatusOr<ArtifactFile> Store::TakeIn(const std::string& path, const std::string& name,
                                           InputDigests* digests) {
  FACET_ASSIGN_OR_RETURN(const std::string digest, Sha256File(path));
  const ArtifactFile file = {name, digest, static_cast<int64_t>(fs::file_size(path))};
  const std::string blob = BlobPath(digest);
  const std::string folder = fs::path(blob).parent_path().string();
  FACET_RETURN_IF_ERROR(MakeFolderDurably(folder));
  // One that is there is trusted by its content alone; a damaged one is replaced.
  if (HasSize(blob, file.size) && Sha256File(blob).value_or("") == digest) {
    if (digests != nullptr) digests->Record(blob, digest);
    return file;
  }
  std::error_code ignored;
  if (fs::is_directory(blob, ignored)) SetAside(blob, digest);  // which a file cannot replace
  FACET_RETURN_IF_ERROR(Sync(path));
  if (::chmod(path.c_str(), 0444) != 0 || std::rename(path.c_str(), blob.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot move ", path, " to ", blob));
  }
  FACET_RETURN_IF_ERROR(Sync(folder));
  if (digests != nullptr) digests->Record(blob, digest);
  return file;
}

absl::Status Store::Commit(const std::string& output_folder, Artifact* artifact,
                           InputDigests* digests) {
  artifact->files.clear();
  FACET_ASSIGN_OR_RETURN(const std::vector<std::string> names, OutputFiles(output_folder));
  for (const std::string& name : names) {
    FACET_ASSIGN_OR_RETURN(ArtifactFile file,
                           TakeIn(absl::StrCat(output_folder, "/", name), name, digests));
    artifact->files.push_back(std::move(file));
  }
  const std::string folder = EntryFolder(artifact->key);
  FACET_RETURN_IF_ERROR(MakeFolderDurably(folder));
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/artifact.json", Seal(ToJson(*artifact))));
  RemoveFolder(absl::StrCat(Root(), "/checkpoints/", artifact->key));
  return absl::OkStatus();
}

void RemoveFolder(const std::string& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace facet
