// What lies in a store, and what of it nobody needs: entries that no run and no pin reaches, files
// that no entry names, what was left by stages that were killed.
//
// Nothing is removed under anybody: ClearOut() needs the store for itself (Store::BecomeAlone()), takes
// each key's lock as well, and removes an entry before its files, so that a process that dies on the
// way leaves files without an entry and never an entry without its files.
#ifndef FACET_CORE_GRAPH_STORE_CONTENTS_H_
#define FACET_CORE_GRAPH_STORE_CONTENTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/graph/store.h"

namespace facet {

struct StoredItem {
  enum class Kind { kEntry, kBlob, kCheckpoint, kWork, kKept, kQuarantine, kLock };
  Kind kind;
  std::string name;       // key, digest, name of a folder
  std::string key;        // that it belongs to; empty: to none
  std::string path;       // of the folder or file
  int64_t bytes = 0;      // of an entry: of its files, which others may share
  int64_t changed_s = 0;  // the last time, Unix time
};
const char* KindName(StoredItem::Kind kind);  // "entry", "checkpoint" ...

struct StoreContents {
  std::vector<StoredEntry> entries;  // sorted by key
  std::vector<StoredItem> others;    // blobs, checkpoints, work, kept, quarantine, locks
};
// Unavailable or PermissionDenied if an entry or a folder cannot be read: what it needs is not known.
absl::StatusOr<StoreContents> LookThrough(const Store& store);

// The keys, and those that their entries were made of, as far as these are in the store.
std::set<std::string> WithInputs(const std::vector<StoredEntry>& entries,
                                 const std::set<std::string>& keys);

// What nobody needs. Older than `before_s` is what was not changed since; work folders and locks of
// processes that are gone, and checkpoints of stages that are done, have no such grace.
std::vector<StoredItem> FindUnreached(const StoreContents& contents,
                                      const std::set<std::string>& reached, int64_t before_s);

// Removes what of `items` is still not needed, and gives what it removed. FailedPrecondition if the store
// is not this process's alone.
absl::StatusOr<std::vector<StoredItem>> ClearOut(Store& store,
                                                 const std::vector<StoredItem>& items);

// Pinned keys: files of <store>/cache/v1/pins.
std::set<std::string> PinnedKeys(const Store& store);
absl::Status PinKey(const Store& store, const std::string& key);
absl::Status UnpinKey(const Store& store, const std::string& key);

// Bytes of all files of a folder, and when the newest of them changed (Unix time).
struct FolderSize {
  int64_t bytes = 0, changed_s = 0;
};
FolderSize SizeOf(const std::string& folder);

}  // namespace facet

#endif  // FACET_CORE_GRAPH_STORE_CONTENTS_H_
