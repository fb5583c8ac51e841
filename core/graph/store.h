// The artifact store: content-addressed blobs, and one record per stage key of which of them are its
// artifact.
//
//   <store>/cache/v1/ac/<2>/<key>/artifact.json   the action cache: key -> artifact
//   <store>/cache/v1/cas/<2>/<digest>             blobs, mode 0444, never changed
//   <store>/cache/v1/tmp/<key>.<host>.<pid>.<n>/  a stage's working folder
//   <store>/cache/v1/checkpoints/<key>/           survives crashes until the artifact is committed
//   <store>/cache/v1/kept/<key>/                  what a stage keeps beside its artifact: many files
//   <store>/cache/v1/locks/<key>.lock             flock: the kernel drops it with its holder
//   <store>/cache/v1/in_use.lock                  shared by all who use the store; gc has it alone
//   <store>/cache/v1/pins/<key>                   entries that gc leaves (store_contents.h)
//   <store>/cache/v1/quarantine/                  entries that failed a check
//   <store>/cache/v1/index.sqlite                 digests of input files (input_digests.h)
//   <store>/cache/v1/entries.sqlite               what the entries say (store_index.h)
//
// Commit: each output file is hashed, synced, made read-only and renamed into cas/; then the
// artifact is written beside its final name, synced and renamed. That rename is the commit point: a
// crash before it leaves no entry, a crash after it a whole one. An entry counts only if its
// artifact parses, carries its own checksum, and all blobs are there with the right size and
// content; what does not is moved to quarantine/ and computed anew. Objects may be
// shared between threads.
#ifndef FACET_CORE_GRAPH_STORE_H_
#define FACET_CORE_GRAPH_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/artifact.h"
#include "core/graph/input_digests.h"
#include "core/graph/store_index.h"

namespace facet {

// Holds a key's lock while it lives, and while a process lives that was handed its file.
class KeyLock {
 public:
  explicit KeyLock(int file) : file_(file) {}
  ~KeyLock();
  KeyLock(const KeyLock&) = delete;
  KeyLock& operator=(const KeyLock&) = delete;
  int file() const { return file_; }

 private:
  int file_;
};

class Store {
 public:
  // Makes the folders. PermissionDenied and the like name the folder; one that is read-only will do
  // where they are there. FailedPrecondition: a folder or a pipe is where a file should be. Waits while another process has the store for itself.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& folder);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const std::string& folder() const { return folder_; }  // absolute
  std::string cache_folder() const { return CacheFolder(folder_); }
  // Of a store that is not open; it need not be there.
  static std::string CacheFolder(const std::string& folder) { return folder + "/cache/v1"; }
  std::string index_path() const;

  // The entry of a key; nullopt if there is none that counts (a bad one is quarantined). With
  // `digests` its blobs must hold what their names say; it remembers what it has read, so that a blob
  // is read again only where its size or times changed, as the artifact itself is (store_index.h).
  std::optional<Artifact> Find(const std::string& key, InputDigests* digests = nullptr) const;
  // What all entries say, for finding the nearest and for forecasts.
  StoreIndex& index() const { return *index_; }
  // What an entry says, whether or not its blobs are whole; nullopt: it cannot be read.
  std::optional<Artifact> Said(const std::string& key) const;
  std::string BlobPath(const std::string& digest) const;
  std::string EntryFolder(const std::string& key) const;
  std::string LockPath(const std::string& key) const;

  // Reads all blobs of all entries. What is damaged is moved to quarantine/; what cannot be read now,
  // by the machine's fault or for want of permission, stays. One sentence each.
  // `progress` is called with the number of files read and of all.
  struct Verified {
    std::vector<std::string> damaged, unreadable;
  };
  Verified Verify(const std::function<void(int64_t, int64_t)>& progress);

  // An error that names the reason if nothing can be written: a file system that is read-only, no
  // permission.
  absl::Status CheckWritable() const;
  // Whoever opens a store holds its lock in common with others. This takes it alone, until the store
  // is closed; false if others use the store: `users` then says which, " by process 4711", or nothing
  // where they are on another machine.
  bool BecomeAlone(std::string* users);
  bool is_alone() const { return is_alone_; }

  // The lock, or null if somebody else holds it; `holder`, if any, then says who ("pid 4711 on host").
  absl::StatusOr<std::unique_ptr<KeyLock>> TryLock(const std::string& key, std::string* holder);
  // A fresh working folder; what dead holders of the key left behind is removed. Needs the lock.
  absl::StatusOr<std::string> MakeWorkFolder(const std::string& key);
  // The key's checkpoint folder, made if it is missing. Needs the lock.
  absl::StatusOr<std::string> CheckpointFolder(const std::string& key);

  // The folder that the stage of this key keeps; it need not exist.
  std::string KeptFolder(const std::string& key) const { return Root() + "/kept/" + key; }

  // Moves the files of `output_folder` into the store and commits `artifact`, whose `files` it
  // fills in. The checkpoint folder is removed. Needs the lock. Links and special files are
  // refused.
  absl::Status Commit(const std::string& output_folder, Artifact* artifact,
                      InputDigests* digests = nullptr);

 private:
  explicit Store(std::string folder);
  std::string Root() const { return cache_folder(); }
  void OpenLock();
  absl::StatusOr<Artifact> ReadArtifact(const std::string& key) const;
  absl::Status CheckBlobs(const Artifact& artifact) const;
  absl::StatusOr<Artifact> ReadEntry(const std::string& key) const;
  // Moves to quarantine/; the new path, empty where that failed.
  std::string SetAside(const std::string& path, const std::string& name) const;
  void Quarantine(const std::string& key, const std::string& reason) const;
  absl::Status TakeInAll(const std::string& output_folder, Artifact* artifact,
                         InputDigests* digests);
  absl::StatusOr<ArtifactFile> TakeIn(const std::string& path, const std::string& name,
                                      InputDigests* digests);

  std::string folder_;
  std::unique_ptr<StoreIndex> index_;
  int lock_ = -1;  // of the store; -1: there can be none
  bool is_alone_ = false;
};

// Removes a folder and everything in it; a missing one is no error.
void RemoveFolder(const std::string& folder);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_STORE_H_
