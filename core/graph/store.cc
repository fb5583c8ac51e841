#include "core/graph/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/file.h"
#include "core/base/hash.h"
#include "core/base/regular_file.h"
#include "core/base/status.h"
#include "core/graph/lock_file.h"
#include "core/graph/machine_process.h"

namespace facet {
namespace {

namespace fs = std::filesystem;

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

// Other processes of this machine that hold a lock of this file, from /proc/locks (proc_locks(5)):
// " by process 4711 and 4712".
std::string HoldersOf(int file) {
  struct stat info;
  if (::fstat(file, &info) != 0) return "";
  std::set<int> processes;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    int process = 0;
    unsigned long inode = 0;
    if (std::sscanf(line.c_str(), "%*d: FLOCK %*s %*s %d %*x:%*x:%lu", &process, &inode) == 2 &&
        inode == info.st_ino && process > 0 && process != ::getpid()) {
      processes.insert(process);
    }
  }
  return processes.empty() ? "" : absl::StrCat(" by process ", absl::StrJoin(processes, " and "));
}

// What a status of a full disk lacks: what to do.
absl::Status WithCure(const absl::Status& status, const std::string& store) {
  if (!absl::IsResourceExhausted(status)) return status;
  return absl::ResourceExhaustedError(
      absl::StrCat(status.message(), "; the disk of the store ", store,
                   " is full: make room there (`facet cache gc`), then run again"));
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

// Paths of what a folder holds; one that is not there, or a file, holds nothing.
std::vector<std::string> FoldersIn(const std::string& folder,
                                   std::vector<std::string>* unreadable) {
  std::vector<std::string> paths;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path().string());
  }
  if (error && error != std::errc::no_such_file_or_directory &&
      error != std::errc::not_a_directory) {
    unreadable->push_back(absl::StrCat("cannot list ", folder, ": ", error.message()));
  }
  return paths;
}

}  // namespace

KeyLock::~KeyLock() { ::close(file_); }

Store::Store(std::string folder)
    : folder_(std::move(folder)),
      index_(std::make_unique<StoreIndex>(
          Root() + "/entries.sqlite", Root() + "/ac",
          [this](const std::string& key) { return ReadArtifact(key); })) {}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& folder) {
  std::error_code error;
  const std::string absolute = fs::absolute(folder, error).lexically_normal().string();
  std::unique_ptr<Store> store(new Store(absolute));
  for (const char* part : {"ac", "cas", "tmp", "checkpoints", "locks"}) {
    FACET_RETURN_IF_ERROR(MakeFolder(absl::StrCat(store->Root(), "/", part)));
  }
  // What is opened later and cannot be refused then.
  for (const char* file : {"in_use.lock", "entries.sqlite", "entries.sqlite-journal",
                           "index.sqlite", "index.sqlite-journal"}) {
    FACET_RETURN_IF_ERROR(CheckRegularFile(absl::StrCat(store->Root(), "/", file)));
  }
  store->OpenLock();
  return store;
}

Store::~Store() {
  if (lock_ >= 0) ::close(lock_);
}

// On a file system without locks, or a store that is read-only and never had one, there is none: what
// gc removes it does not remove there.
void Store::OpenLock() {
  const std::string path = Root() + "/in_use.lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) lock_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  while (lock_ >= 0 && ::flock(lock_, LOCK_SH) != 0) {
    if (errno == EINTR) continue;
    ::close(lock_);
    lock_ = -1;
  }
}

bool Store::BecomeAlone(std::string* users) {
  if (lock_ < 0) return false;
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return is_alone_ = true;
  *users = HoldersOf(lock_);
  while (::flock(lock_, LOCK_SH) != 0 && errno == EINTR) continue;  // it was given up for the try
  return false;
}

absl::Status Store::CheckWritable() const {
  if (::access(Root().c_str(), W_OK) == 0) return absl::OkStatus();
  const absl::Status status =
      absl::ErrnoToStatus(errno, absl::StrCat("nothing can be written to the store ", folder_));
  return absl::Status(status.code(),
                      absl::StrCat(status.message(),
                                   "; `facet plan`, `report` and `cache du` read it all the same; "
                                   "to compute, name another (--store) or make it writable"));
}

std::string Store::LockPath(const std::string& key) const {
  return absl::StrCat(Root(), "/locks/", key, ".lock");
}

std::string Store::index_path() const { return Root() + "/index.sqlite"; }

std::string Store::EntryFolder(const std::string& key) const {
  return absl::StrCat(Root(), "/ac/", key.substr(0, 2), "/", key);
}

std::string Store::BlobPath(const std::string& digest) const {
  return absl::StrCat(Root(), "/cas/", digest.substr(0, 2), "/", digest);
}

absl::StatusOr<Artifact> Store::ReadArtifact(const std::string& key) const {
  const std::string path = EntryFolder(key) + "/artifact.json";
  FACET_RETURN_IF_ERROR(CheckRegularFile(path));
  FACET_ASSIGN_OR_RETURN(Json sealed, ReadJsonFile(path));
  FACET_ASSIGN_OR_RETURN(Artifact artifact, UnsealArtifact(std::move(sealed)));
  if (artifact.key != key) return absl::DataLossError("the artifact is of another key");
  return artifact;
}

absl::Status Store::CheckBlobs(const Artifact& artifact) const {
  for (const ArtifactFile& file : artifact.files) {
    if (!HasSize(BlobPath(file.digest), file.size)) {
      return absl::DataLossError(absl::StrCat("the blob of ", file.name, " is missing or cut"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Artifact> Store::ReadEntry(const std::string& key) const {
  FACET_ASSIGN_OR_RETURN(Artifact artifact, ReadArtifact(key));
  FACET_RETURN_IF_ERROR(CheckBlobs(artifact));
  return artifact;
}

std::optional<Artifact> Store::Find(const std::string& key, InputDigests* digests) const {
  struct stat info;
  if (::stat(EntryFolder(key).c_str(), &info) != 0) return std::nullopt;
  absl::StatusOr<Artifact> artifact = absl::NotFoundError("not remembered");
  if (std::optional<Artifact> known = index_->Find(key)) artifact = *std::move(known);
  // Nothing is held against an entry for what the index says of it.
  if (!artifact.ok() || !CheckBlobs(*artifact).ok()) artifact = ReadEntry(key);
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

std::optional<Artifact> Store::Said(const std::string& key) const {
  if (std::optional<Artifact> artifact = index_->Find(key)) return artifact;
  absl::StatusOr<Artifact> artifact = ReadArtifact(key);
  if (!artifact.ok()) return std::nullopt;
  return *std::move(artifact);
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

absl::StatusOr<std::unique_ptr<KeyLock>> Store::TryLock(const std::string& key,
                                                        std::string* holder) {
  const absl::StatusOr<int> file = LockFile(LockPath(key), holder);
  if (!file.ok()) {
    FACET_RETURN_IF_ERROR(CheckWritable());  // which says what to do where it is the store's fault
    return file.status();
  }
  return *file < 0 ? nullptr : std::make_unique<KeyLock>(*file);
}

absl::StatusOr<std::string> Store::MakeWorkFolder(const std::string& key) {
  static std::atomic<int> count{0};
  std::error_code error;
  // Those of this machine: on a network's file system a lock may not reach another one.
  const std::string mine = absl::StrCat(key, ".", MachineName(), ".");
  for (const auto& entry : fs::directory_iterator(Root() + "/tmp", error)) {
    if (entry.path().filename().string().rfind(mine, 0) == 0) RemoveFolder(entry.path().string());
  }
  const std::string folder = absl::StrCat(Root(), "/tmp/", mine, ::getpid(), ".", count++);
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
  std::error_code error;
  const ArtifactFile file = {name, digest, static_cast<int64_t>(fs::file_size(path, error))};
  if (error) return FileError(error.value(), absl::StrCat("cannot read ", path));
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
  return WithCure(TakeInAll(output_folder, artifact, digests), folder_);
}

absl::Status Store::TakeInAll(const std::string& output_folder, Artifact* artifact,
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
  FACET_RETURN_IF_ERROR(WriteFileAtomically(folder + "/artifact.json", SealedArtifact(*artifact)));
  RemoveFolder(absl::StrCat(Root(), "/checkpoints/", artifact->key));
  return absl::OkStatus();
}

void RemoveFolder(const std::string& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace facet
