// What the entries of a store say, without reading each of them: a database beside them,
// entries.sqlite, that remembers an artifact.json by its size, times and inode.
//
// It is a cache of what was read and checked, and is believed of an entry for as long as that file
// is the same: an entry that is new or was replaced is read, one that is gone is forgotten, one that
// was written within the last second is read and not remembered, as a later change could leave the
// same times. An index that is missing, damaged or of another format is made anew in silence; where
// none can be written (a store that is read-only, a disk that is full) it is in memory, of this
// process alone. Several processes and hosts may use one. Objects may be shared between threads.
#ifndef FACET_CORE_GRAPH_STORE_INDEX_H_
#define FACET_CORE_GRAPH_STORE_INDEX_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/graph/artifact.h"

struct sqlite3;

namespace facet {

// What forecasts and lists ask of an entry.
struct StoredEntry {
  std::string key, type, name;
  std::string content;                                 // Artifact::ContentDigest()
  std::string likeness;                                // LikenessDigest() of its key document
  std::map<std::string, std::string> inputs;           // port -> content digest
  std::vector<std::pair<std::string, int64_t>> blobs;  // digest, bytes; one for each file
  int64_t bytes = 0;                                   // of all files
  int64_t written_s = 0;                               // when it was committed, Unix time
  double seconds = -1, peak_rss_mib = -1;              // of all its computation; -1: not known
  std::string cpu;                                     // model
};

class StoreIndex {
 public:
  // Reads and checks an entry that is not remembered.
  using Read = std::function<absl::StatusOr<Artifact>(const std::string& key)>;

  // `entries`: the folder of <2>/<key>/artifact.json. Nothing is opened before the first question,
  // and what is answered is of then, or of the last Refresh(): entries that come later are not known.
  StoreIndex(std::string path, std::string entries, Read read);
  ~StoreIndex();
  StoreIndex(const StoreIndex&) = delete;
  StoreIndex& operator=(const StoreIndex&) = delete;

  // The artifact of a key, if its file is still the one that was read.
  std::optional<Artifact> Find(const std::string& key);
  void Refresh();
  // All entries whose artifact is whole, sorted by key, until the next Refresh(). (Whether their blobs
  // are is not looked at.)
  const std::vector<StoredEntry>& Entries();
  // Those of a stage type whose key documents have this likeness (key.h).
  std::vector<const StoredEntry*> Alike(const std::string& type, const std::string& likeness);
  // Whether there is an entry of a stage type.
  bool HasType(const std::string& type);
  // The key document with the fewest differences (CompareKeys()) among the entries of a stage type,
  // of several the first by key; nullopt: there is none.
  std::optional<Json> Nearest(const std::string& type, const Json& document);

  int64_t num_read() const { return num_read_; }  // entries that were not remembered

 private:
  struct Stamp {
    int64_t size = 0, mtime_ns = 0, ctime_ns = 0, inode = 0;
    bool operator==(const Stamp& other) const {
      return size == other.size && mtime_ns == other.mtime_ns && ctime_ns == other.ctime_ns &&
             inode == other.inode;
    }
  };
  struct Documents;  // of one type, by what differs between them

  static bool StampOf(int folder, const std::string& path, Stamp* stamp);
  std::string ArtifactPath(const std::string& key) const {
    return entries_folder_ + "/" + key.substr(0, 2) + "/" + key + "/artifact.json";
  }
  using Listing = std::vector<std::pair<std::string, Stamp>>;  // sorted by key
  Listing Listed() const;
  bool OpenFile();
  bool OpenMemory();
  void Close();
  bool Prepare();
  void Load();
  void GroupAlike();
  bool Synchronize();
  bool ReadKnown();
  const Artifact* ReadOnce(const std::string& key);
  bool Write(const std::vector<std::pair<std::string, Stamp>>& changed,
             const std::vector<std::string>& gone);
  bool Insert(const Artifact& artifact, const Stamp& stamp);
  std::optional<Artifact> Recall(const std::string& key);
  Documents* DocumentsOf(const std::string& type);

  const std::string path_, entries_folder_;
  const Read read_;
  std::mutex mutex_;
  sqlite3* database_ = nullptr;
  bool is_loaded_ = false;
  std::map<std::string, absl::StatusOr<Artifact>> read_now_;  // while it loads
  std::vector<StoredEntry> entries_;
  std::vector<Stamp> stamps_;  // by the places in entries_
  std::set<std::string_view> types_;
  std::unordered_map<std::string_view, std::vector<const StoredEntry*>> alike_;  // by likeness
  std::map<std::string, std::unique_ptr<Documents>> documents_;                  // by type
  int64_t num_read_ = 0;
};

}  // namespace facet

#endif  // FACET_CORE_GRAPH_STORE_INDEX_H_
